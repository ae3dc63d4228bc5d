package im.relay.apply;

import im.relay.ConversationView.Move;
import im.relay.GroupEffect;
import im.relay.GroupView;
import im.relay.LogExtent;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import im.relay.SeededBug;
import im.relay.apply.Phase.Applying;
import im.relay.apply.Phase.Checking;
import im.relay.apply.Phase.Indexing;
import im.relay.apply.Phase.Pushing;
import im.relay.apply.Phase.Reading;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/**
 * The life of a partition that knows its place: batch after batch, the effects of each in the order of D2 and each
 * awaited, and now and then the checks of D4. Lane only.
 */
final class BatchSteps {
    private final Context context;
    private final PartitionApplier applier;
    private final Standing standing;
    private final Ports ports;
    private final int partition;
    private final Pusher pusher;
    private long batchStartNanos = System.nanoTime();
    private long stepStartNanos = batchStartNanos;

    BatchSteps(Context context, PartitionApplier applier, Standing standing) {
        this.context = context;
        this.applier = applier;
        this.standing = standing;
        this.ports = context.ports();
        this.partition = context.partition();
        this.pusher = context.pusher();
    }

    /** Goes on with whatever comes next; the phase is {@link Reading}. */
    void next() {
        Reading reading = (Reading) applier.phase();
        context.progress().reached(standing.next(), standing.next() + standing.lag());
        applier.reached(standing.next());
        if (applier.leaves()) {
            return;
        }
        long now = context.lane().millis();
        long beat = context.config().heartbeat().toMillis();
        if (now - standing.markedAtMs >= beat) {
            check(reading, true);
        } else if (now - standing.appliedAtMs >= beat / 2) {
            check(reading, false);
        } else if (standing.hasPending()) {
            take(reading);
        } else {
            read();
        }
    }

    private void read() {
        RelayConfig config = context.config();
        applier.await(
                ports.log()
                        .read(
                                partition,
                                standing.next(),
                                config.batchMessages(),
                                config.batchBytes(),
                                config.readWait()),
                config.callTimeout().plus(config.readWait()),
                this::read);
    }

    private void read(LogReader.Slice slice) {
        standing.took(slice);
        next();
    }

    private void take(Reading reading) {
        if (standing.isBeforeGap()) {
            long behind = standing.behindGap();
            long oldestMs =
                    standing.window.clock() - context.config().retention().toMillis();
            new MovingOver(context, applier)
                    .move(standing.applied(), behind, oldestMs, (move, listed) -> skipped(move, behind));
            return;
        }
        Batch batch = standing.take(context.feed(), context.config().batchMessages());
        batchStartNanos = System.nanoTime();
        stepStartNanos = batchStartNanos;
        context.meters().begun(batch.messages(), context.lane().wallMillis());
        Indexing indexing = reading.taken(batch);
        applier.move(indexing);
        if (context.has(SeededBug.COMMIT_BEFORE_EFFECT)) {
            applier.commit(batch.next());
        }
        if (batch.changes().isEmpty()) {
            index(indexing);
        } else {
            reckon(indexing, GroupChanges.asked(batch.changes()));
        }
    }

    /** @param asked the uids that matter, by group */
    private void reckon(Indexing indexing, Map<String, Set<String>> asked) {
        applier.await(ports.groups().groups(partition, asked), groups -> reckoned(groups, asked, indexing));
    }

    /** What changes do is worked out from where the view stands, so it must be where the batch begins (D3). */
    private void reckoned(GroupView.Groups groups, Map<String, Set<String>> asked, Indexing indexing) {
        Batch batch = indexing.batch();
        if (groups.applied() != standing.applied()) {
            viewMoved(new Move.Mismatch(groups.applied()));
        } else if (GroupChanges.addOwners(batch.changes(), groups, asked)) {
            reckon(indexing, asked);
        } else {
            record(indexing.with(batch.with(GroupChanges.reckon(batch.changes(), groups, asked))));
        }
    }

    /** D2: what became of groups is kept for ever before any view has it. */
    private void record(Indexing indexing) {
        applier.move(indexing);
        context.meters().took(ApplyMeters.Step.GROUPS, stepStartNanos);
        List<GroupEffect> effects = indexing.batch().groupEffects();
        stepStartNanos = System.nanoTime();
        if (effects.isEmpty()) {
            index(indexing);
            return;
        }
        applier.await(ports.events().write(partition, effects), done -> {
            context.meters().took(ApplyMeters.Step.EVENTS, stepStartNanos);
            context.meters().groupChanges.increment(effects.size());
            stepStartNanos = System.nanoTime();
            RelayHalt.at(RelayHalt.Place.RECORDED);
            index(indexing);
        });
    }

    private void index(Indexing indexing) {
        if (context.has(SeededBug.INDEX_AFTER_BATCH)) {
            apply(indexing.indexed());
        } else {
            applier.await(index(indexing.batch()), same -> indexed(same, indexing));
        }
    }

    private void skipped(Move move, long behind) {
        if (move instanceof Move.Moved) {
            standing.skipped(behind);
            next();
        } else {
            viewMoved(move);
        }
    }

    private CompletionStage<Boolean> index(Batch batch) {
        return standing.marks.merge(batch.heads(ports.index()), batch.end(), false);
    }

    private void indexed(boolean same, Indexing indexing) {
        if (same) {
            context.meters().took(ApplyMeters.Step.INDEX, stepStartNanos);
            apply(indexing.indexed());
        } else {
            markMoved();
        }
    }

    /** Sends the batch, whose heads are in the index. */
    void apply(Applying applying) {
        RelayHalt.at(RelayHalt.Place.INDEXED);
        applier.move(applying);
        Batch batch = applying.batch();
        stepStartNanos = System.nanoTime();
        applier.await(
                ports.view()
                        .apply(
                                partition,
                                standing.applied(),
                                batch.end(),
                                batch.term(),
                                batch.messages(),
                                batch.groupEffects()),
                move -> applied(move, applying));
    }

    private void applied(Move move, Applying applying) {
        Batch batch = applying.batch();
        if (move instanceof Move.Moved moved) {
            context.meters().took(ApplyMeters.Step.APPLY, stepStartNanos);
            moved(applying.applied(), moved);
        } else if (move instanceof Move.Mismatch mismatch && mismatch.applied() == batch.end()) {
            // Somebody with the same log got there first, or a reply was lost below: the effect is there, its prevs
            // are not, so nothing is pushed and the tail check finds it.
            context.meters().lostReplies.increment();
            applied(batch);
            done(applying.applied());
        } else {
            viewMoved(move);
        }
    }

    private void moved(Pushing pushing, Move.Moved moved) {
        RelayHalt.at(RelayHalt.Place.APPLIED);
        Batch batch = pushing.batch();
        applied(batch);
        applier.move(pushing);
        if (context.has(SeededBug.INDEX_AFTER_BATCH)) {
            index(batch);
        }
        List<LoggedMessage> messages = batch.messages();
        int old = 0;
        while (old < messages.size() && LogPosition.offset(messages.get(old).position()) < standing.pushedBefore()) {
            old++;
        }
        context.meters().pushed(ApplyMeters.Push.OLD, old);
        applier.await(pusher.push(Pushes.behind(batch, moved, old)), done -> done(pushing));
    }

    private void applied(Batch batch) {
        standing.applied(batch, context.lane().millis());
        context.meters().counted(batch);
    }

    private void done(Pushing pushing) {
        RelayHalt.at(RelayHalt.Place.PUSHED);
        Batch batch = pushing.batch();
        if (batch.next() > standing.pushedBefore()) {
            applier.commit(batch.next());
            standing.committed(batch.next());
        }
        context.meters().batch.record(System.nanoTime() - batchStartNanos, TimeUnit.NANOSECONDS);
        applier.succeeded();
        applier.move(pushing.pushed());
        next();
    }

    private void check(Reading reading, boolean marksToo) {
        Checking checking = reading.due();
        applier.move(checking);
        long asked = context.lane().wallMillis();
        applier.await(ports.log().extent(partition), extent -> extended(extent, asked, checking, marksToo));
    }

    private void extended(LogExtent extent, long asked, Checking checking, boolean marksToo) {
        if (!extent.epochs().equals(standing.extent.epochs())) {
            applier.failed(Trouble.NEW_EPOCH, new IllegalStateException("epochs are " + extent.epochs()));
            return;
        }
        if (extent.end() < standing.next()) {
            applier.failed(Trouble.LOST_TAIL, new IllegalStateException("the log ends at " + extent.end()));
            return;
        }
        boolean atEnd = extent.end() <= standing.next() && !standing.hasPending();
        long completeAt = standing.completeAt(atEnd ? asked - skew() : 0);
        if (marksToo) {
            applier.await(ports.index().marks(partition), marks -> markedAs(marks, completeAt, checking));
        } else {
            raise(completeAt, checking, false);
        }
    }

    private long skew() {
        return context.config().clockSkew().toMillis();
    }

    private void markedAs(long[] marks, long completeAt, Checking checking) {
        if (standing.marks.are(marks)) {
            raise(completeAt, checking, true);
        } else {
            markMoved();
        }
    }

    /** The marks before the view says until when it is complete, or that would speak of nobody (D20). */
    private void raise(long completeAt, Checking checking, boolean marksToo) {
        applier.await(standing.marks.raise(Map.of(), standing.applied(), false), same -> {
            if (same) {
                compare(completeAt, checking, marksToo);
            } else {
                markMoved();
            }
        });
    }

    private void compare(long completeAt, Checking checking, boolean marksToo) {
        applier.await(ports.view().reached(partition, standing.applied(), completeAt), move -> {
            if (move instanceof Move.Moved) {
                standing.checked(context.lane().millis(), marksToo);
                checked(checking);
            } else {
                viewMoved(move);
            }
        });
    }

    private void checked(Checking checking) {
        applier.succeeded();
        applier.move(checking.over());
        next();
    }

    private void viewMoved(Move move) {
        applier.failed(
                Trouble.VIEW_MOVED,
                new IllegalStateException("the view is not at " + standing.applied() + " but " + move));
    }

    private void markMoved() {
        applier.failed(Trouble.MARK_MOVED, new IllegalStateException("a mark of the index is another one"));
    }
}
