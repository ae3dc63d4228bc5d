package im.testkit.history;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The events of one test, in the order in which they were added. Any thread may add; the events of one
 * {@link DeviceRun} are in the order they happened as long as whoever records them adds them in that order.
 */
public final class History {
    private final long origin = System.nanoTime();
    private final ConcurrentLinkedQueue<Event> events = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();
    private final AtomicLong refs = new AtomicLong();

    /** Nanoseconds since this history began. */
    public long now() {
        return System.nanoTime() - origin;
    }

    public void add(Event event) {
        events.add(event);
        size.incrementAndGet();
    }

    /** The events up to now. */
    public List<Event> events() {
        return List.copyOf(events);
    }

    /** How many there are up to now. */
    public int size() {
        return size.get();
    }

    public Recorder recorder(DeviceRun run) {
        return new Recorder(this, run);
    }

    long nextRef() {
        return refs.incrementAndGet();
    }
}
