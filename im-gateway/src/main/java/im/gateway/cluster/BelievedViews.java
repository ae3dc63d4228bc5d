package im.gateway.cluster;

import im.relay.ConversationView;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Which views may allow somebody to send. One that Redis has lost is built again from the beginning of what the log holds,
 * and until it gets there it has members who were removed since. So a view never counts that stands before a place where
 * it was seen, for positions only rise; and of one that has not been believed for {@link #BELIEVED_NANOS} it is asked
 * that it has what the log holds now. Any thread.
 */
final class BelievedViews {
    static final long BELIEVED_NANOS = 60_000_000_000L;

    private final LongSupplier nanoTime;
    private final Map<Integer, View> views = new HashMap<>();

    /** Of one partition. */
    private static final class View {
        long highest;
        boolean believed;
        long believedNanos;
        /** The least end of the log of those that were found since it was believed: a log may lose its own end. */
        long end = Long.MAX_VALUE;
    }

    /** @param nanoTime as {@link System#nanoTime} */
    BelievedViews(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    private View at(int partition) {
        return views.computeIfAbsent(partition, p -> new View());
    }

    /** Whether it was believed of late, so that it need not be compared with the log. */
    synchronized boolean isKnown(int partition) {
        View view = at(partition);
        return view.believed && nanoTime.getAsLong() - view.believedNanos < BELIEVED_NANOS;
    }

    /**
     * @param end of the log, looked up since {@link #isKnown} was not
     * @return the end that the view must have
     */
    synchronized long due(int partition, long end) {
        View view = at(partition);
        view.end = Math.min(view.end, end);
        return view.end;
    }

    /** Whether the view is not there, or stands before where it was seen. */
    synchronized boolean isBack(int partition, long applied) {
        View view = at(partition);
        if (applied == ConversationView.ABSENT || applied < view.highest) {
            return true;
        }
        view.highest = applied;
        return false;
    }

    /** It is not back, and has what was due or need not be compared. */
    synchronized void believed(int partition) {
        View view = at(partition);
        view.believed = true;
        view.believedNanos = nanoTime.getAsLong();
        view.end = Long.MAX_VALUE;
    }
}
