package im.simulator.chat;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** The main phase: one thread sends by the script, two let clients come and go. */
final class Traffic {
    private static final long TICK_NANOS = 200_000_000;
    private static final long CHURN_END_NANOS = 10_000_000_000L;

    private final ChatPlan plan;
    private final Cast cast;
    private final Fleet fleet;
    private final Interruption interruption;
    private @Nullable Outbox outbox;

    Traffic(ChatPlan plan, Cast cast, Fleet fleet, Interruption interruption) {
        this.plan = plan;
        this.cast = cast;
        this.fleet = fleet;
        this.interruption = interruption;
    }

    /**
     * Sends until the duration is over, or until interrupted.
     *
     * @param tick told every now and then which part of the duration is over, 0–1
     */
    void run(DoubleConsumer tick) {
        long start = System.nanoTime();
        Script script = new Script(plan, cast.population(), cast.payloads().count());
        outbox = new Outbox(script, cast, fleet, interruption, start);
        RunEnd end = new RunEnd();
        FutureTask<Void> sending = inThread("sender", outbox);
        FutureTask<Void> churning = inThread("churn", new Churn(plan, fleet, end));
        FutureTask<Void> comingBack = inThread("comebacks", new Comebacks(plan, fleet, end));
        while (!ends(sending, TICK_NANOS)) {
            tick.accept(Math.min(
                    1, (System.nanoTime() - start) / (double) plan.duration().toNanos()));
        }
        end.reach();
        ends(churning, CHURN_END_NANOS);
        ends(comingBack, CHURN_END_NANOS);
    }

    private static FutureTask<Void> inThread(String name, Runnable body) {
        FutureTask<Void> task = new FutureTask<>(body, null);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    private static boolean ends(FutureTask<Void> task, long withinNanos) {
        try {
            task.get(withinNanos, TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } catch (ExecutionException e) {
            throw new IllegalStateException("the simulator broke down", e.getCause());
        }
    }

    Map<String, Long> rejectedByCode() {
        return outbox == null ? new TreeMap<>() : outbox.rejectedByCode();
    }

    double lagMillis() {
        return outbox == null ? 0 : outbox.lagNanos() / 1e6;
    }
}
