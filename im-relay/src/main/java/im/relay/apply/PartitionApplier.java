package im.relay.apply;

import im.relay.GroupEffect;
import im.relay.LogExtent;
import im.relay.apply.Phase.Reading;
import im.relay.apply.Phase.Seeking;
import im.relay.apply.Phase.Stopped;
import im.relay.apply.Phase.Waiting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes one partition of the log into the views, for as long as it is this process's.
 *
 * <pre>
 *  assigned ──▶ {@link Seeking} ──▶ {@link Reading} ◀──────────────────▶ {@link Phase.Checking} (D4)
 *                  ▲                   │ ▲
 *                  │                   ▼ └──────────── commit ──┐
 *               {@link Waiting}   {@link Phase.Indexing} ─▶ {@link Phase.Applying} ─▶ {@link Phase.Pushing} (D2)
 *                  ▲                   │           │          │
 *                  └── mismatch, failure, no answer: everything of the partition is dropped (D3), but for a batch that
 *                      was sent, as long as the view may stand at its end, or be where it expects it
 *
 *  revoked: {@link Stopped} once a running batch is committed; lost: {@link Stopped} at once
 * </pre>
 *
 * At any time it waits for at most one answer; an answer that it does not wait for any more is dropped. Lane only, but
 * for what is said otherwise.
 */
final class PartitionApplier {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionApplier.class);
    private static final long NO_LOSS = -1;

    private final Context context;
    private final Lane lane;
    private Phase phase = new Stopped();
    /** Rises with everything that makes older answers void. */
    private long turn;

    private Future<?> loading = CompletableFuture.completedFuture(null);

    /** The group may not know yet what was pushed here; offsets of other epochs are others. */
    private long pushedBefore;

    private List<LogExtent.Epoch> pushedEpochs = List.of();

    /** A view or an index has forgotten what was pushed: told once they are there again. {@link #NO_LOSS} if not. */
    private long lostBefore = NO_LOSS;

    private long backOffMs;
    private @Nullable CompletableFuture<Void> leaving;
    private CompletionStage<Void> lastCommit = CompletableFuture.completedFuture(null);
    private CompletionStage<LogExtent> lagAsked =
            CompletableFuture.failedFuture(new IllegalStateException("not asked"));
    private volatile @Nullable String trouble;
    private volatile String text = phase.text();

    PartitionApplier(Context context) {
        this.context = context;
        this.lane = context.lane();
    }

    void start() {
        context.meters().sought(Trouble.ASSIGNED);
        seek(new Seeking(null));
    }

    private void seek(Seeking seeking) {
        enter(seeking);
        new Seek(context, this).begin(seeking.sent());
    }

    private void enter(Phase next) {
        turn++;
        loading.cancel(false);
        phase = next;
        text = next.text();
    }

    /** The view's place is known and everything before it is in window and index. */
    void found(Standing standing) {
        if (phase instanceof Seeking seeking) {
            if (!standing.extent.epochs().equals(pushedEpochs)) {
                pushedEpochs = standing.extent.epochs();
                pushedBefore = 0;
            }
            standing.committed(pushedBefore);
            if (standing.next() < standing.pushedBefore()) {
                context.meters().lostViews.increment();
                lostBefore = Math.max(lostBefore, standing.pushedBefore());
            }
            run(seeking.found(standing));
        }
    }

    /** What was sent before the seek had taken effect. */
    void resumed(Phase.Sent sent) {
        if (phase instanceof Seeking seeking) {
            context.meters().lostReplies.increment();
            context.meters().counted(sent.batch());
            sent.standing().applied(sent.batch(), lane.millis());
            run(seeking.found(sent.standing()));
        }
    }

    /** What was sent before the seek had no effect, and nothing has moved since: it goes again as it was decided. */
    void again(Phase.Sent sent) {
        if (phase instanceof Seeking seeking) {
            trouble = null;
            new BatchSteps(context, this, sent.standing()).apply(seeking.again(sent));
        }
    }

    private void run(Reading reading) {
        trouble = null;
        enter(reading);
        new BatchSteps(context, this, reading.standing()).next();
    }

    /** Everything before this offset is in view and index. */
    void reached(long next) {
        if (lostBefore != NO_LOSS && next >= lostBefore) {
            lostBefore = NO_LOSS;
            context.pusher().tellLoss();
        }
    }

    /** The steps go on to another phase of theirs. */
    void move(Phase next) {
        enter(next);
    }

    Phase phase() {
        return phase;
    }

    /** A batch is through, or none was under way: the moment to leave. */
    boolean leaves() {
        CompletableFuture<Void> end = leaving;
        if (end == null) {
            return false;
        }
        stop(end);
        return true;
    }

    /** Everything went well, so the next pause is the shortest again. */
    void succeeded() {
        backOffMs = 0;
    }

    void commit(long next) {
        pushedBefore = next;
        lastCommit = context.ports().log().commit(context.partition(), next);
        lastCommit.whenComplete((done, failure) -> {
            if (failure != null) {
                LOG.atDebug()
                        .addKeyValue("partition", context.partition())
                        .addKeyValue("why", failure.toString())
                        .log("commit refused");
            }
        });
    }

    /** Runs {@code then} on the lane with the answer unless something else has happened by then. */
    <T> void await(CompletionStage<T> answer, Consumer<T> then) {
        await(answer, context.config().callTimeout(), then);
    }

    <T> void await(CompletionStage<T> answer, Duration limit, Consumer<T> then) {
        long mine = ++turn;
        Lane.Timer timer = lane.after(limit, () -> {
            if (turn == mine) {
                failed(Trouble.NO_ANSWER, new TimeoutException("no answer within " + limit));
            }
        });
        answer.whenComplete((value, failure) -> lane.execute(() -> {
            timer.cancel();
            arrived(mine, value, failure, then);
        }));
    }

    /** What became of groups up to a position: takes as long as it takes, but no longer than anybody waits for it. */
    void awaitGroups(long upTo, Consumer<List<GroupEffect>> then) {
        long mine = ++turn;
        CompletionStage<List<GroupEffect>> groups =
                context.ports().events().load(context.partition(), upTo, context.progress()::loaded);
        loading = groups.toCompletableFuture();
        groups.whenComplete((value, failure) -> lane.execute(() -> arrived(mine, value, failure, then)));
    }

    private <T> void arrived(long mine, T value, @Nullable Throwable failure, Consumer<T> then) {
        if (turn == mine) {
            turn++;
            answered(value, failure, then);
        }
    }

    private <T> void answered(T value, @Nullable Throwable failure, Consumer<T> then) {
        if (failure != null) {
            failed(Trouble.NO_ANSWER, failure);
            return;
        }
        try {
            then.accept(value);
        } catch (Feed.NewerFormatException e) {
            failed(Trouble.NEWER_FORMAT, e);
        } catch (RuntimeException e) {
            failed(Trouble.NO_ANSWER, e);
        }
    }

    /** Drops everything of the partition and seeks again after a pause (D3). */
    void failed(Trouble why, Throwable failure) {
        if (phase instanceof Stopped) {
            return;
        }
        Waiting waiting = phase.failed();
        enter(waiting);
        if (leaves()) {
            return;
        }
        context.meters().sought(why);
        if (why == Trouble.MARK_MOVED) {
            lostBefore = Math.max(lostBefore, 0);
        }
        say(why, failure);
        RelayConfig config = context.config();
        if (backOffMs > 0) {
            askLag();
        }
        lane.after(Duration.ofMillis(backOffMs), guarded(() -> seek(waiting.over())));
        backOffMs = Math.min(
                Math.max(2 * backOffMs, config.backOffMin().toMillis()),
                config.backOffMax().toMillis());
    }

    /** How much waits is told even while nothing can be done about it. */
    private void askLag() {
        if (!lagAsked.toCompletableFuture().isDone()) {
            return;
        }
        lagAsked = context.ports().log().extent(context.partition());
        lagAsked.whenComplete((extent, failure) -> lane.execute(() -> {
            if (failure == null && phase.isLookingForItsPlace()) {
                context.progress().waits(Math.max(extent.first(), extent.committed()), extent.end());
            }
        }));
    }

    private Runnable guarded(Runnable task) {
        long mine = turn;
        return () -> {
            if (turn == mine) {
                task.run();
            }
        };
    }

    private void say(Trouble why, Throwable failure) {
        String message = why + ": " + failure.getMessage();
        if (!message.equals(trouble)) {
            LOG.atWarn()
                    .addKeyValue("partition", context.partition())
                    .addKeyValue("why", why)
                    .addKeyValue("failure", failure.toString())
                    .log("partition seeks again");
        }
        trouble = message;
    }

    /** The partition goes to another member: completes when nothing more will be done to it. */
    CompletionStage<Void> revoked() {
        CompletableFuture<Void> end = new CompletableFuture<>();
        if (phase instanceof Stopped) {
            end.complete(null);
        } else if (phase.isInBatch()) {
            leaving = end;
        } else {
            stop(end);
        }
        return end;
    }

    private void stop(CompletableFuture<Void> end) {
        enter(new Stopped());
        lastCommit.whenComplete((done, failure) -> end.complete(null));
    }

    /** The partition is another member's. */
    void lost() {
        CompletableFuture<Void> end = leaving;
        enter(new Stopped());
        if (end != null) {
            end.complete(null);
        }
    }

    /** In words, null while all is well. Any thread. */
    @Nullable String trouble() {
        return trouble;
    }

    /** What it is at, in a word. Any thread. */
    String text() {
        return text;
    }
}
