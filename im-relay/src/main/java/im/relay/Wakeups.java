package im.relay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks collected by lane, so that one commit wakes each lane once. Lanes are told apart by {@code equals}, which for an
 * event loop is identity. Confined to one thread.
 */
public final class Wakeups {
    private static final Logger LOG = LoggerFactory.getLogger(Wakeups.class);

    private final Map<Executor, List<Runnable>> tasks = new LinkedHashMap<>();

    public void add(Executor lane, Runnable task) {
        tasks.computeIfAbsent(lane, l -> new ArrayList<>()).add(task);
    }

    /** A task that each lane runs behind those it has now; lanes without any do not. */
    public void last(Runnable task) {
        tasks.values().forEach(list -> list.add(task));
    }

    /**
     * Hands every lane its tasks as one, in the order they were added, lane after lane as they came in first. A lane that has ended loses its own tasks only,
     * and a task that throws only itself.
     */
    public void flush() {
        tasks.forEach(Wakeups::wake);
        tasks.clear();
    }

    /** One task for one lane. */
    public static void wake(Executor lane, Runnable task) {
        wake(lane, List.of(task));
    }

    private static void wake(Executor lane, List<Runnable> list) {
        try {
            lane.execute(() -> list.forEach(Wakeups::runGuarded));
        } catch (RejectedExecutionException e) {
            LOG.atDebug().addKeyValue("tasks", list.size()).log("lane has ended");
        }
    }

    private static void runGuarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            LOG.atError().setCause(e).log("task on a lane failed");
        }
    }
}
