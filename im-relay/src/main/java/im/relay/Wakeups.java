package im.relay;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;

/** Tasks collected by lane, so that one commit wakes each lane once. Confined to one thread. */
public final class Wakeups {
    private final Map<Executor, List<Runnable>> tasks = new IdentityHashMap<>();

    public void add(Executor lane, Runnable task) {
        tasks.computeIfAbsent(lane, l -> new ArrayList<>()).add(task);
    }

    /** Hands every lane its tasks as one, in the order they were added. */
    public void flush() {
        tasks.forEach((lane, list) -> lane.execute(() -> list.forEach(Runnable::run)));
        tasks.clear();
    }
}
