package im.testkit.load;

import im.testkit.history.Start;
import im.testkit.net.TcpProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Few users with few conversations, many messages, and any fault at any time: apps come, go and start again, connections
 * are cut with answers in flight, the server is killed, stopped and paused.
 */
public final class RandomWorkload {
    private static final int MAX_UNSETTLED = 200;
    private static final int MAX_BURST = 12;
    private static final int MAX_PAUSE_MILLIS = 8;

    private final Stage stage;
    private final Random random;
    private final Plan plan;
    private final List<String> uids = new ArrayList<>();
    private int sent;

    /**
     * @param users who write to each other, everybody with everybody
     * @param devices of each user
     * @param messages at least as many are sent
     * @param faults whether apps and connections fail
     * @param kills how often the server is killed with SIGKILL, evenly over the run
     */
    public record Plan(int users, int devices, int messages, boolean faults, int kills) {}

    public RandomWorkload(Stage stage, Plan plan) {
        this.stage = stage;
        this.random = stage.random();
        this.plan = plan;
    }

    /** Runs it all; {@link Stage#settle} comes next. */
    public void run() {
        for (int i = 0; i < plan.users; i++) {
            uids.add(stage.uid("u" + i));
            for (int j = 0; j < plan.devices; j++) {
                Start start = random.nextBoolean() ? Start.NEW_FROM_FIRST_HELD : Start.NEW_FROM_HEADS;
                stage.app(uids.get(i), "d" + j, start).connect();
            }
        }
        stage.awaitLive(stage.apps());
        int kills = 0;
        while (sent < plan.messages) {
            if (kills < plan.kills && sent >= (long) plan.messages * (kills + 1) / (plan.kills + 1)) {
                kills++;
                kill();
            }
            step(stage.apps().get(random.nextInt(stage.apps().size())));
            stage.pause(MAX_PAUSE_MILLIS);
        }
    }

    private void step(App app) {
        int dice = plan.faults ? random.nextInt(40) : 40;
        switch (dice) {
            case 0 -> app.disconnect();
            case 1 -> app.restart();
            case 2 -> app.proxy().cut();
            case 3 -> loseAnswers(app);
            case 4 -> stallServer();
            default -> {
                if (dice < 8 || !app.client().live()) {
                    app.connect();
                }
                burst(app);
            }
        }
    }

    /** What is sent reaches the server, the answers do not reach the app, which has to send again. */
    private void loseAnswers(App app) {
        app.proxy().hold(TcpProxy.Direction.TO_CLIENT);
        burst(app);
        stage.pause(3 * MAX_PAUSE_MILLIS);
        app.proxy().cut();
        app.proxy().release();
    }

    private void stallServer() {
        stage.server().pause();
        stage.apps().forEach(this::burst);
        stage.pause(5 * MAX_PAUSE_MILLIS);
        stage.server().resume();
    }

    private void burst(App app) {
        if (app.client().unsettled() > MAX_UNSETTLED) {
            return;
        }
        String peer = uids.get(random.nextInt(uids.size()));
        int count = 1 + random.nextInt(MAX_BURST);
        for (int i = 0; i < count; i++) {
            sent++;
            if (random.nextInt(8) == 0) {
                byte[] data = new byte[random.nextInt(random.nextInt(4) == 0 ? 65_537 : 500)];
                random.nextBytes(data);
                app.send(peer, data);
            } else {
                app.send(peer, "message " + sent + " of seed " + stage.seed());
            }
        }
    }

    private void kill() {
        stage.apps().forEach(this::burst);
        stage.pause(MAX_PAUSE_MILLIS);
        stage.server().kill9();
        stage.apps().forEach(this::burst);
        stage.server().start();
    }
}
