package im.relay.redis;

import im.relay.redis.RaiseScript.Target;
import im.relay.redis.TouchScript.Device;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/**
 * What waits to be raised while earlier raises are under way: of a target only the largest position, with all who wait
 * for it. Bounded in targets and in waiters. Not safe for threads: its owner locks.
 */
final class RaiseQueue {
    static final int MAX_TARGETS = 65_536;
    static final int MAX_WAITERS = 4 * MAX_TARGETS;
    static final int MAX_TOUCHED = 65_536;
    /** Taken in one go. */
    static final int BATCH = 8_192;

    private Map<Target, Waiting> raises = new LinkedHashMap<>();
    private final Set<Device> touched = new LinkedHashSet<>();
    private int waiters;

    /** Who is told when it is stored, or failed to be. */
    record Waiter(Executor lane, Runnable durable) {}

    /** A target's largest position. */
    static final class Waiting {
        long position;
        final List<Waiter> waiters = new ArrayList<>(1);
    }

    /** What one flush writes. */
    record Batch(Map<Target, Waiting> raises, List<Device> touched) {
        boolean isEmpty() {
            return raises.isEmpty() && touched.isEmpty();
        }
    }

    /** False when it is full. */
    boolean add(Target target, long position, Waiter waiter) {
        if (waiters == MAX_WAITERS) {
            return false;
        }
        Waiting waiting = raises.get(target);
        if (waiting == null) {
            if (raises.size() == MAX_TARGETS) {
                return false;
            }
            waiting = new Waiting();
            raises.put(target, waiting);
        }
        waiters++;
        waiting.position = Math.max(waiting.position, position);
        waiting.waiters.add(waiter);
        return true;
    }

    /** Forgets it when it is full: the device says it again. */
    void touch(Device device) {
        if (touched.size() < MAX_TOUCHED) {
            touched.add(device);
        }
    }

    /** The oldest that fit into one flush. */
    Batch take() {
        Map<Target, Waiting> some = raises;
        if (raises.size() <= BATCH) {
            raises = new LinkedHashMap<>();
            waiters = 0;
        } else {
            some = new HashMap<>();
            Iterator<Map.Entry<Target, Waiting>> entries = raises.entrySet().iterator();
            while (some.size() < BATCH) {
                Map.Entry<Target, Waiting> entry = entries.next();
                some.put(entry.getKey(), entry.getValue());
                waiters -= entry.getValue().waiters.size();
                entries.remove();
            }
        }
        List<Device> devices = new ArrayList<>(touched.size());
        Iterator<Device> entries = touched.iterator();
        while (entries.hasNext() && devices.size() < BATCH) {
            devices.add(entries.next());
            entries.remove();
        }
        return new Batch(some, devices);
    }
}
