package im.relay.apply;

import im.relay.ConversationView;
import im.relay.ConversationView.Move;
import im.relay.IndexView;
import im.relay.LogExtent;
import im.relay.LogReader;
import im.relay.SeededBug;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * How a partition finds its place (D3): what the view has; what the log holds (D8); over what the view has to be moved,
 * because it is held no more or is too old (D6, D10); the marks (D5). Then one pass over the log, from the earliest of
 * what the window and the marks need up to that place, fills the window (D11) and replays the index. One seek is one
 * object, used once. Lane only.
 */
final class Seek {
    private static final int SCAN_RECORDS = 4_096;
    private static final int SCAN_BYTES = 4 << 20;

    private static final Duration NO_WAIT = Duration.ZERO;

    private final Context context;
    private final PartitionApplier applier;
    private final Ports ports;
    private final int partition;
    private final DedupeWindow window;
    private final IndexReplay replay;

    /** The lists of these marks have what became of groups up to where the view stands; null where nobody saw to that. */
    private @Nullable Marks listed;

    /** What is older, by the log's time, is not applied; 0 where that did not matter. */
    private long oldestMs;

    /** Of the record at which the view stands. */
    private int term = LogReader.NO_TERM;

    Seek(Context context, PartitionApplier applier) {
        this.context = context;
        this.applier = applier;
        this.ports = context.ports();
        this.partition = context.partition();
        this.window = new DedupeWindow(
                context.config().window().toMillis(),
                context.config().windowEntries(),
                context.meters().forgotten::increment);
        this.replay = new IndexReplay(ports.index());
    }

    /** @param sent what may have taken effect after all */
    void begin(Phase.@Nullable Sent sent) {
        applier.await(ports.view().state(partition), state -> {
            term = state.term();
            if (sent != null && state.applied() == sent.batch().end()) {
                applier.resumed(sent);
            } else if (sent != null && state.applied() == sent.standing().applied()) {
                applier.await(ports.index().marks(partition), marks -> unchanged(sent, marks, state));
            } else {
                settle(state);
            }
        });
    }

    /**
     * The view stands where the batch that was sent expects it. What it was decided by is the log alone, which the window
     * has taken up to the batch's end and no further; so where the index is as it was, it goes again (D11).
     */
    private void unchanged(Phase.Sent sent, long[] marks, ConversationView.State state) {
        if (sent.standing().marks.are(marks)) {
            applier.again(sent);
        } else {
            settle(state);
        }
    }

    private void settle(ConversationView.State state) {
        applier.await(
                ports.log().settle(partition, state.applied(), state.term()),
                extent -> compare(state.applied(), extent));
    }

    private void compare(long applied, LogExtent extent) {
        if (applied != ConversationView.ABSENT && extent.isBehind(applied)) {
            throw new IllegalStateException("the view has " + applied + ", which the log does not: " + extent);
        }
        if (extent.end() > extent.first() && (applied == ConversationView.ABSENT || extent.first() > 0)) {
            timeOf(extent.end() - 1, extent.first(), last -> {
                oldestMs = last - context.config().retention().toMillis();
                offsetAt(oldestMs, oldest -> place(applied, extent, oldest));
            });
        } else {
            place(applied, extent, extent.first());
        }
    }

    /** The time of a record, or that of the first one held when it is not there any more. */
    private void timeOf(long offset, long first, LongConsumer then) {
        applier.await(ports.log().read(partition, offset, 1, 1, NO_WAIT), slice -> {
            if (slice.entries().isEmpty()) {
                throw new IllegalStateException("no record at offset " + offset + ", first is " + first);
            }
            then.accept(slice.entries().get(0).timeMs());
        });
    }

    private void offsetAt(long timeMs, LongConsumer then) {
        applier.await(ports.log().offsetAt(partition, timeMs), then::accept);
    }

    /** @param oldest the offset of the first record that is young enough to be applied */
    private void place(long applied, LogExtent extent, long oldest) {
        // What was never pushed was perhaps never applied; then nobody knows yet what it did to groups (D10).
        long known = Math.max(0, extent.committed());
        if (known >= oldest || extent.first() == 0 || extent.first() >= extent.end()) {
            placeFrom(applied, extent, Math.min(oldest, known));
            return;
        }
        // Where no whole window of the log is left before it, nobody can tell a repeat from a message (D11).
        timeOf(
                extent.first(),
                extent.first(),
                time -> offsetAt(
                        time + context.config().window().toMillis(),
                        whole -> placeFrom(applied, extent, Math.min(oldest, Math.max(known, whole)))));
    }

    private void placeFrom(long applied, LogExtent extent, long from) {
        long held = Math.max(extent.first(), Math.min(from, extent.end()));
        long next = applied == ConversationView.ABSENT ? held : Math.max(extent.next(applied), held);
        if (context.has(SeededBug.COMMIT_BEFORE_EFFECT)) {
            next = Math.max(next, extent.committed());
        }
        long before = extent.before(next);
        if (before > applied) {
            if (extent.hasForgotten(applied)) {
                context.meters().lostTails.increment();
            }
            long target = next;
            new MovingOver(context, applier).move(applied, before, oldestMs, (move, marks) -> {
                listed = marks;
                skipped(move, extent, target);
            });
        } else {
            marks(applied, extent, next);
        }
    }

    private void skipped(Move move, LogExtent extent, long next) {
        if (move instanceof Move.Moved) {
            marks(extent.before(next), extent, next);
        } else {
            applier.failed(Trouble.VIEW_MOVED, new IllegalStateException("while moving over: " + move));
        }
    }

    private void marks(long applied, LogExtent extent, long next) {
        applier.await(ports.events().newest(partition), newest -> marks(applied, extent, next, newest));
    }

    /** @param newest position that groups have seen */
    private void marks(long applied, LogExtent extent, long next, long newest) {
        applier.await(ports.index().marks(partition), known -> {
            long highest = Math.max(newest, Arrays.stream(known).max().orElse(IndexView.ABSENT));
            if (highest > 0 && extent.isBehind(highest)) {
                lostTail(highest);
                return;
            }
            long[] trusted = known.clone();
            if (context.has(SeededBug.INDEX_AFTER_BATCH)) {
                Arrays.setAll(trusted, bucket -> Math.max(known[bucket], applied));
            }
            Marks marks = new Marks(ports.index(), partition, trusted);
            Standing standing = new Standing(
                    extent, applied, next, window, marks, context.lane().millis());
            loadGroups(standing, listed != null && listed.are(known));
        });
    }

    /** D5: of what the log does not hold any more, the lists of groups are taken from what is kept of them for ever. */
    private void loadGroups(Standing standing, boolean isListed) {
        long start = standing.extent.before(standing.extent.first());
        if (isListed || !standing.marks.hasBelow(start)) {
            scanFrom(standing);
        } else {
            applier.awaitGroups(
                    standing.applied(),
                    groups -> new ListedGroups(
                                    context, applier, groups, new KeptGroups(oldestMs, groups), standing.marks)
                            .merge(() -> scanFrom(standing)));
        }
    }

    private void scanFrom(Standing standing) {
        long lowest = standing.marks.lowestBelow(standing.applied());
        LogExtent extent = standing.extent;
        long replayFrom = lowest == IndexView.ABSENT ? extent.first() : extent.next(lowest);
        start(standing, Math.min(Math.max(extent.first(), replayFrom), standing.next()));
    }

    /** What is written before the view may be all that has seen a tail that was lost (D2, D8). */
    private void lostTail(long seen) {
        applier.await(ports.log().settle(partition, seen, LogReader.NO_TERM), extent -> {
            context.meters().lostTails.increment();
            applier.failed(
                    Trouble.LOST_TAIL,
                    new IllegalStateException("the indexes or the groups have " + seen + ", the log now is " + extent));
        });
    }

    /** @param replayFrom the first record that some bucket of the index may lack */
    private void start(Standing standing, long replayFrom) {
        LogExtent extent = standing.extent;
        if (replayFrom <= extent.first()) {
            scan(standing, extent.first());
            return;
        }
        timeOf(
                replayFrom - 1,
                extent.first(),
                time -> offsetAt(
                        time - context.config().window().toMillis(),
                        from -> scan(standing, Math.max(extent.first(), Math.min(from, replayFrom)))));
    }

    private void scan(Standing standing, long from) {
        context.progress()
                .begin(Progress.SCAN, from, standing.next(), context.lane().millis());
        scanOn(standing, from);
    }

    private void scanOn(Standing standing, long from) {
        context.progress().reached(from, standing.next());
        if (from >= standing.next()) {
            settleChanges(
                    standing,
                    () -> applier.await(
                            standing.marks.raise(takeReplay(), standing.applied(), true),
                            same -> finish(same, standing)));
            return;
        }
        applier.await(
                ports.log().read(partition, from, SCAN_RECORDS, SCAN_BYTES, NO_WAIT),
                slice -> scanned(standing, slice));
    }

    private void scanned(Standing standing, LogReader.Slice slice) {
        if (slice.entries().isEmpty()) {
            throw new IllegalStateException("nothing to read before offset " + standing.next());
        }
        for (LogReader.Entry entry : slice.entries()) {
            if (entry.offset() < standing.next()) {
                requireSeen(entry, standing);
                Feed.Fed fed = context.feed().feed(entry, context.feed().decode(entry), standing.extent, window);
                fed.messages().forEach(message -> replay.read(message, standing));
            }
        }
        long reached = Math.min(slice.next(), standing.next());
        if (replay.isFull()) {
            settleChanges(
                    standing,
                    () -> applier.await(
                            standing.marks.merge(takeReplay(), standing.extent.before(reached), true),
                            same -> flushed(same, standing, reached)));
        } else {
            scanOn(standing, reached);
        }
    }

    /** Asks the view what came of the changes of groups that were read, until all of them are entries. */
    private void settleChanges(Standing standing, Runnable then) {
        Map<String, Set<String>> asked = replay.ask();
        if (asked.isEmpty()) {
            then.run();
            return;
        }
        applier.await(ports.groups().groups(partition, asked), groups -> {
            if (groups.applied() == standing.applied()) {
                replay.answered(asked, groups);
                settleChanges(standing, then);
            } else {
                applier.failed(Trouble.VIEW_MOVED, new IllegalStateException("the view went to " + groups.applied()));
            }
        });
    }

    /** D8: whether the log lost its tail since it was looked at. Terms rise, and the view's may be that of a later record. */
    private void requireSeen(LogReader.Entry entry, Standing standing) {
        boolean isLast = standing.applied() == standing.extent.endOf(entry.offset());
        if (isLast && term != LogReader.NO_TERM && entry.term() > term) {
            throw new IllegalStateException("the view has offset " + entry.offset() + " of term " + term
                    + ", the log has it of term " + entry.term());
        }
    }

    private Map<Integer, List<IndexView.Entry>> takeReplay() {
        context.meters().replayed.increment(replay.size());
        return replay.take();
    }

    private void flushed(boolean same, Standing standing, long reached) {
        if (same) {
            scanOn(standing, reached);
        } else {
            markMoved();
        }
    }

    private void finish(boolean same, Standing standing) {
        if (!same) {
            markMoved();
            return;
        }
        context.progress()
                .begin(
                        "applied",
                        standing.next(),
                        standing.extent.end(),
                        context.lane().millis());
        applier.found(standing);
    }

    private void markMoved() {
        applier.failed(Trouble.MARK_MOVED, new IllegalStateException("a mark moved while the index was replayed"));
    }
}
