package im.testkit.load;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Apps that come and go, lose their connections and start again, on a thread of its own, whatever else happens. They
 * belong to that thread until {@link #stop} has returned. All else by one thread.
 */
public final class Visitors implements AutoCloseable {
    private static final int PAUSE_MILLIS = 250;

    private final List<App> apps;
    private final Random random;
    private final Repeated visiting;
    private volatile int visits;
    private int turn;

    public Visitors(Stage stage, List<App> apps) {
        this.apps = List.copyOf(apps);
        this.random = new Random(~stage.seed());
        this.visiting = Repeated.begin("visitors", this::one);
    }

    private long one() {
        visit(apps.get(turn % apps.size()));
        visits = turn++;
        return TimeUnit.MILLISECONDS.toNanos(random.nextInt(2 * PAUSE_MILLIS));
    }

    private void visit(App app) {
        switch (random.nextInt(4)) {
            case 0 -> app.disconnect();
            case 1 -> app.restart();
            case 2 -> app.proxy().cut();
            default -> {}
        }
        if (random.nextInt(3) > 0) {
            app.connect();
        }
    }

    /** How often one of them has done something. */
    public int visits() {
        return visits;
    }

    /** They stay as they are from now on, and are the caller's. */
    public void stop() {
        visiting.stop();
    }

    @Override
    public void close() {
        visiting.close();
    }
}
