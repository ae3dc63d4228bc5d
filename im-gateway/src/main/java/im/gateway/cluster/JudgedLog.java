package im.gateway.cluster;

import im.gateway.cluster.GroupJudge.Verdict;
import im.protocol.ConversationKey;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.relay.Wakeups;
import im.relay.group.GroupTerms;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that takes into a group only what its sender may say there, decided when it is accepted and never again (D14).
 * What this node knows it had accepted is not judged a second time. Calls of one sender into one group are appended in
 * the order in which they came, however long each is judged (D13); what follows a change of membership in the same batch
 * is judged when the change has its answer.
 */
public final class JudgedLog implements MessageLog {
    private static final Logger LOG = LoggerFactory.getLogger(JudgedLog.class);
    /** For which a message is held here at most; a small part of what a gateway may hold one (D12). */
    static final Duration HELD = Duration.ofSeconds(10);

    private final MessageLog log;
    private final GroupJudge judge;
    private final Function<List<AppendRequest>, BitSet> known;
    private final LongSupplier nanoTime;
    /** What one sender says in one group, the first of it being judged. */
    private final Map<Sender, ArrayDeque<Judgement>> lanes = new HashMap<>();

    private record Sender(ConversationKey group, String uid) {}

    /**
     * @param known which of some messages of one sender in one group this node had accepted before
     * @param timer for a few short tasks; not closed here
     */
    public static JudgedLog over(
            MessageLog log,
            Function<List<AppendRequest>, BitSet> known,
            GroupSources sources,
            GroupTerms terms,
            ScheduledExecutorService timer,
            ClusterMeters meters) {
        FreshStandings fresh = new FreshStandings(System::nanoTime);
        BelievedViews views = new BelievedViews(System::nanoTime);
        GroupJudge judge = new GroupJudge(sources, terms, fresh, views, timer, meters);
        return new JudgedLog(log, judge, known, System::nanoTime);
    }

    JudgedLog(MessageLog log, GroupJudge judge, Function<List<AppendRequest>, BitSet> known, LongSupplier nanoTime) {
        this.log = log;
        this.judge = judge;
        this.known = known;
        this.nanoTime = nanoTime;
    }

    @Override
    public String logId() {
        return log.logId();
    }

    @Override
    public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        AppendRequest first = batch.get(0);
        if (!first.conversation().isGroup()) {
            log.append(batch, lane, done);
            return;
        }
        Judgement one = new Judgement(
                new Sender(first.conversation(), first.sender()), List.copyOf(batch), lane, done, nanoTime.getAsLong());
        boolean alone;
        synchronized (lanes) {
            ArrayDeque<Judgement> waiting = lanes.computeIfAbsent(one.sender, sender -> new ArrayDeque<>(1));
            waiting.add(one);
            alone = waiting.size() == 1;
        }
        if (alone) {
            one.goOn();
        }
    }

    @Override
    public @Nullable String failure() {
        return log.failure();
    }

    /** The group's last change of membership stands there, or behind it; as {@link PushIntake.Hears#groupChanged}. */
    public void groupChanged(String group, long changedAt) {
        judge.heard(group, changedAt);
    }

    private void next(Sender sender) {
        Judgement next;
        synchronized (lanes) {
            ArrayDeque<Judgement> waiting = lanes.get(sender);
            if (waiting == null) {
                return;
            }
            waiting.remove();
            next = waiting.peek();
            if (next == null) {
                lanes.remove(sender);
            }
        }
        if (next != null) {
            next.goOn();
        }
    }

    /** One call. Confined to whoever completes what it waits for; one thing at a time. */
    private final class Judgement {
        final Sender sender;
        final List<AppendRequest> batch;
        final Executor lane;
        final Consumer<List<AppendOutcome>> done;
        final long sinceNanos;
        /** Of the batch's first, those that the log has answered. */
        final List<AppendOutcome> told = new ArrayList<>();
        /** Which of the batch are changes of membership. */
        final BitSet changes = new BitSet();
        /** Which of it were accepted before; asked when it is its turn. */
        @Nullable BitSet repeats;
        /** So many may be appended. */
        int passed;

        Judgement(
                Sender sender,
                List<AppendRequest> batch,
                Executor lane,
                Consumer<List<AppendOutcome>> done,
                long sinceNanos) {
            this.sender = sender;
            this.batch = batch;
            this.lane = lane;
            this.done = done;
            this.sinceNanos = sinceNanos;
            for (int i = 0; i < batch.size(); i++) {
                changes.set(i, EnvelopeCodec.isMembership(batch.get(i).envelope()));
            }
        }

        void goOn() {
            BitSet accepted = repeats;
            if (accepted == null) {
                accepted = known.apply(batch);
                repeats = accepted;
            }
            passed = Math.min(batch.size(), accepted.nextClearBit(passed));
            if (passed == batch.size()) {
                append(null);
                return;
            }
            AppendRequest next = batch.get(passed);
            judge.judge(next, lane).whenComplete((verdict, failure) -> {
                if (failure == null) {
                    judged(next, verdict);
                } else {
                    LOG.atError().setCause(failure).log("a message of a group could not be judged");
                    append(new Refused(Code.INTERNAL, "the message could not be judged", 0));
                }
            });
        }

        private void judged(AppendRequest next, Verdict verdict) {
            if (verdict instanceof Verdict.No no) {
                append(no.refusal());
            } else if (nanoTime.getAsLong() - sinceNanos > HELD.toNanos()) {
                append(new Refused(Code.UNAVAILABLE, "the message was judged too late", GroupJudge.RETRY_MILLIS));
            } else if (changes.get(passed)) {
                passed++;
                append(null);
            } else {
                passed++;
                while (verdict instanceof Verdict.Allowed
                        && passed < batch.size()
                        && batch.get(passed).byServer() == next.byServer()
                        && !changes.get(passed)) {
                    passed++;
                }
                goOn();
            }
        }

        /** What has passed and is not answered yet; what follows it is refused, or judged when it has its answer. */
        private void append(@Nullable Refused refusal) {
            int from = told.size();
            boolean last = refusal != null || passed == batch.size();
            if (passed > from) {
                append(batch.subList(from, passed), outcomes -> answered(outcomes, refusal, last));
            }
            if (last) {
                next(sender);
            }
            if (passed == from) {
                Wakeups.wake(lane, () -> answered(List.of(), refusal, true));
            }
        }

        /** On whatever thread, where nobody would see what it throws. */
        private void append(List<AppendRequest> some, Consumer<List<AppendOutcome>> answer) {
            try {
                log.append(some, lane, answer);
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a message of a group could not be appended");
                List<AppendOutcome> internal = List.of(new Refused(Code.INTERNAL, "the log does not take it", 0));
                Wakeups.wake(lane, () -> answer.accept(AppendOutcome.filled(internal, some.size())));
            }
        }

        private void answered(List<AppendOutcome> outcomes, @Nullable Refused refusal, boolean last) {
            for (int i = 0; i < outcomes.size(); i++) {
                if (outcomes.get(i) instanceof Accepted && changes.get(told.size())) {
                    judge.changed(sender.group);
                }
                told.add(outcomes.get(i));
            }
            boolean failed = !outcomes.stream().allMatch(Accepted.class::isInstance);
            if (failed || last) {
                if (!failed && refusal != null) {
                    told.add(refusal);
                }
                done.accept(AppendOutcome.filled(told, batch.size()));
                if (!last) {
                    next(sender);
                }
            } else {
                goOn();
            }
        }
    }
}
