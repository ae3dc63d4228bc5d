package im.relay.kafka;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What waits for the append thread, and the bound on all that is unanswered, in messages and bytes. Offers are safe from
 * any thread and hold a lock for a few instructions only.
 */
final class AppendQueue {
    enum Offered {
        TAKEN,
        FULL,
        CLOSED
    }

    private final int maxMessages;
    private final long maxBytes;
    private final ArrayDeque<Append> waiting = new ArrayDeque<>();
    private final ArrayDeque<Append> continued = new ArrayDeque<>();
    private int messages;
    private long bytes;
    private boolean closed;

    AppendQueue(int maxMessages, long maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    synchronized Offered offer(Append append) {
        if (closed) {
            return Offered.CLOSED;
        }
        if (messages + append.messages() > maxMessages || bytes + append.bytes > maxBytes) {
            return Offered.FULL;
        }
        messages += append.messages();
        bytes += append.bytes;
        waiting.add(append);
        if (waiting.size() == 1) {
            notifyAll();
        }
        return Offered.TAKEN;
    }

    /** One whose record was answered comes back, before those that have not begun. It is counted still. */
    synchronized void proceed(Append append) {
        continued.add(append);
        notifyAll();
    }

    /** Its outcomes are known: it is counted no more. */
    synchronized void release(Append append) {
        messages -= append.messages();
        bytes -= append.bytes;
        if (closed && messages == 0) {
            notifyAll();
        }
    }

    /** What is there, those that came back first; waits for it up to a time while something can come. */
    synchronized List<Append> take(long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long left = millis;
        while (waiting.isEmpty() && continued.isEmpty() && (!closed || messages > 0) && left > 0) {
            try {
                wait(left);
            } catch (InterruptedException e) {
                return List.of();
            }
            left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        }
        List<Append> taken = new ArrayList<>(continued);
        taken.addAll(waiting);
        continued.clear();
        waiting.clear();
        return taken;
    }

    /** From now on everything is refused; what is there is still taken. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    /** Unanswered. */
    synchronized int messages() {
        return messages;
    }

    /** Unanswered, of envelopes. */
    synchronized long bytes() {
        return bytes;
    }
}
