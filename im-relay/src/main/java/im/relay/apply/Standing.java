package im.relay.apply;

import im.relay.LogExtent;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import im.relay.apply.RecordDecoder.Decoded;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Everything that is kept of a partition between two seeks, thrown away as a whole (D3): where the view is believed to
 * stand, the marks, the window, and what has been read and not yet taken. Lane only.
 */
final class Standing {
    /** A batch ends behind the record with which its changes name so many uids: what one step works out is bounded. */
    private static final int MAX_CHANGED = 1_000;

    final LogExtent extent;
    final DedupeWindow window;
    final Marks marks;
    /** What the view is expected to say. */
    private long applied;
    /** The offset of the first record that no batch has taken. */
    private long next;

    private long end;
    private final Deque<LogReader.Entry> pending = new ArrayDeque<>();
    private long pushedBefore;
    long appliedAtMs;
    long markedAtMs;

    Standing(LogExtent extent, long applied, long next, DedupeWindow window, Marks marks, long nowMs) {
        this.extent = extent;
        this.applied = applied;
        this.next = next;
        this.window = window;
        this.marks = marks;
        this.end = extent.end();
        this.pushedBefore = extent.committed();
        this.appliedAtMs = nowMs;
        this.markedAtMs = nowMs;
    }

    long applied() {
        return applied;
    }

    long next() {
        return next;
    }

    /** All that the log took before this time is in the view: what its own records say, or more if it ends here. */
    long completeAt(long endMs) {
        return Math.max(Math.max(window.clock(), endMs), 0);
    }

    /** Records that wait. */
    long lag() {
        return Math.max(0, end - next);
    }

    /** What the group has been told; nothing below it is pushed again (D2). */
    long pushedBefore() {
        return pushedBefore;
    }

    void committed(long offset) {
        pushedBefore = Math.max(pushedBefore, offset);
    }

    void took(LogReader.Slice slice) {
        slice.entries().stream().filter(entry -> entry.offset() >= next).forEach(pending::add);
        end = Math.max(slice.end(), slice.next());
        if (slice.entries().isEmpty()) {
            next = Math.max(next, slice.next());
        }
    }

    boolean hasPending() {
        return !pending.isEmpty();
    }

    /** Whether the next record stands behind a gap in positions, over which the view moves first (D8). */
    boolean isBeforeGap() {
        LogReader.Entry entry = pending.peek();
        return entry != null && extent.before(entry.offset()) > applied;
    }

    /** Where the view stands after that gap. */
    long behindGap() {
        return extent.before(pending.element().offset());
    }

    void skipped(long position) {
        applied = position;
    }

    /**
     * The next records as a batch; what it leaves stays.
     *
     * @throws Feed.NewerFormatException when the next one cannot be read by this version
     */
    Batch take(Feed feed, int maxMessages) {
        List<LoggedMessage> messages = new ArrayList<>();
        List<PlacedChange> changes = new ArrayList<>();
        int all = 0;
        int poison = 0;
        int changed = 0;
        int term = LogReader.NO_TERM;
        for (LogReader.Entry entry = pending.peek(); entry != null; entry = pending.peek()) {
            Decoded decoded = feed.decode(entry);
            boolean isFull = changed >= MAX_CHANGED;
            if (all + poison > 0 && (isFull || !continues(decoded, entry.offset(), maxMessages - all - poison))) {
                break;
            }
            Feed.Fed fed = feed.feed(entry, decoded, extent, window);
            feed.tell(entry, decoded);
            messages.addAll(fed.messages());
            changed += collect(fed.messages(), changes);
            all += fed.all();
            poison += fed.all() == 0 ? 1 : 0;
            next = entry.offset() + 1;
            term = entry.term();
            pending.remove();
        }
        return new Batch(
                next, extent.endOf(next - 1), term, messages, all - messages.size(), poison, changes, List.of());
    }

    /** How many uids they may change. */
    private static int collect(List<LoggedMessage> messages, List<PlacedChange> changes) {
        int uids = 0;
        for (LoggedMessage message : messages) {
            PlacedChange change = PlacedChange.of(message);
            if (change != null) {
                changes.add(change);
                uids += change.uids();
            }
        }
        return uids;
    }

    private boolean continues(Decoded decoded, long offset, int room) {
        int size = decoded instanceof Decoded.Messages messages
                ? messages.entries().size()
                : 1;
        return size <= room && !(decoded instanceof Decoded.Newer) && extent.before(offset) == extent.endOf(next - 1);
    }

    /** View and, if they were asked for, marks are what they should be. */
    void checked(long nowMs, boolean marksToo) {
        appliedAtMs = nowMs;
        markedAtMs = marksToo ? nowMs : markedAtMs;
    }

    /** The view has it. */
    void applied(Batch batch, long nowMs) {
        applied = batch.end();
        appliedAtMs = nowMs;
    }
}
