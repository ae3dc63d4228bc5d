package im.testkit.net;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The rate of one direction of one connection. While there is one, bytes go on in segments, one after the other, and few
 * wait here, so that the sender feels it. {@link #enter} by the reading thread, the others by the writing one.
 */
final class Pace {
    private static final int SEGMENT = 1_400;
    private static final int QUEUED_BYTES = 16 * 1024;
    private static final long SECOND = 1_000_000_000;
    private static final long LOOK_NANOS = 2_000_000;

    private final TcpProxy proxy;
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong segments = new AtomicLong();
    private long freeAt = System.nanoTime();

    Pace(TcpProxy proxy) {
        this.proxy = proxy;
    }

    /** Waits until there is room for more. */
    void enter(int bytes) {
        while (proxy.bytesPerSecond() > 0 && queued.get() > QUEUED_BYTES && proxy.isOpen()) {
            LockSupport.parkNanos(LOOK_NANOS);
        }
        queued.addAndGet(bytes);
    }

    void leave(int bytes) {
        queued.addAndGet(-bytes);
    }

    /** How many bytes, of so many, may be written now; waits for their turn. */
    int next(int available) {
        long rate = proxy.bytesPerSecond();
        long stall = proxy.stallNanos(segments.getAndIncrement());
        if (rate <= 0 && stall == 0) {
            return available;
        }
        int count = Math.min(SEGMENT, available);
        freeAt = Math.max(freeAt, System.nanoTime()) + stall + (rate <= 0 ? 0 : count * SECOND / rate);
        long wait;
        // Short waits, so that a link that is fast again is so at once.
        while ((wait = freeAt - System.nanoTime()) > 0 && proxy.isSlow() && proxy.isOpen()) {
            LockSupport.parkNanos(Math.min(wait, LOOK_NANOS * 5));
        }
        if (!proxy.isSlow()) {
            freeAt = System.nanoTime();
        }
        return count;
    }
}
