package im.gateway.cluster;

import im.protocol.ConversationKey;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.MembershipChange;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import im.relay.ConversationStore.Page;
import im.relay.ConversationView;
import im.relay.GroupStore;
import im.relay.GroupView.Groups;
import im.relay.LogPosition;
import im.relay.ReadResult;
import im.relay.group.GroupAuthority;
import im.relay.group.GroupState;
import im.relay.group.GroupTerms;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whether a message may stand in a group, by what the views in Redis say (D14). Who is found to be allowed to send is so
 * at once, unless this node has had the group changed a moment ago, or the view is one that is being built again
 * ({@link BelievedViews}). A refusal counts only of a view that has everything the log held when the message was sent:
 * until then it is looked at again, for {@link #DELAYS_MS} and no longer, and then the sender may try later. A change of
 * membership is not judged by an older view at all, so that whoever was told of one sees it count in the next. Any
 * thread; nothing blocks.
 */
final class GroupJudge {
    /** A relay that is well has applied a record within tens of milliseconds. */
    private static final int[] DELAYS_MS = {10, 20, 40, 80, 160, 320, 640};

    static final int RETRY_MILLIS = 500;
    /** Messages that wait for the view at a time; more are told at once to try later. */
    static final int MAX_WAITING = 1_024;

    private final GroupSources sources;
    private final GroupTerms terms;
    private final FreshStandings fresh;
    private final BelievedViews views;
    private final ScheduledExecutorService timer;
    private final ClusterMeters meters;
    private final AtomicInteger waiting = new AtomicInteger();

    /** How a message was found to stand. */
    enum Judged {
        /** By what was read a moment ago. */
        FRESH,
        ALLOWED,
        REFUSED,
        /** The view had not got far enough in time, or too many waited for it. */
        BEHIND,
        /** Redis or Kafka did not answer. */
        FAILED
    }

    GroupJudge(
            GroupSources sources,
            GroupTerms terms,
            FreshStandings fresh,
            BelievedViews views,
            ScheduledExecutorService timer,
            ClusterMeters meters) {
        this.sources = sources;
        this.terms = terms;
        this.fresh = fresh;
        this.views = views;
        this.timer = timer;
        this.meters = meters;
    }

    /** The log has taken a change of the group. */
    void changed(ConversationKey group) {
        fresh.changing(group.group(), sources.ends().apply(sources.partitions().of(group)));
    }

    /** As {@link FreshStandings#heard}. */
    void heard(String group, long changedAt) {
        fresh.heard(group, changedAt);
    }

    /** What is said of one message. */
    sealed interface Verdict {
        /** It may be appended; a message, no change, and so may its sender's next. */
        record Allowed() implements Verdict {}

        /** It stands there already: it may be appended again, and that says nothing of others. */
        record Repeat() implements Verdict {}

        record No(Refused refusal) implements Verdict {}
    }

    private static final Verdict ALLOWED = new Verdict.Allowed();
    private static final Verdict REPEAT = new Verdict.Repeat();

    /**
     * Never completes exceptionally.
     *
     * @param request into a group
     * @param lane of whoever sent it, for what takes longer than Redis's threads have time for
     */
    CompletionStage<Verdict> judge(AppendRequest request, Executor lane) {
        MembershipChange change = EnvelopeCodec.membership(request.envelope());
        String group = request.conversation().group();
        CompletionStage<Long> changed = fresh.changing(group);
        if (change == null && !request.byServer() && changed == null && fresh.allows(group, request.sender())) {
            meters.judged(Judged.FRESH);
            return CompletableFuture.completedStage(ALLOWED);
        }
        Case one = new Case(request, lane, change, change == null ? changed : null);
        CompletionStage<Verdict> verdict = change == null ? one.withoutEnd() : one.withEnd();
        return verdict.exceptionally(failure -> {
            meters.judged(Judged.FAILED);
            return later("groups cannot be read");
        });
    }

    private static Verdict later(String text) {
        return new Verdict.No(new Refused(Code.UNAVAILABLE, text, RETRY_MILLIS));
    }

    private static boolean isBehind(Groups read, long end) {
        return end > 0
                && (read.applied() == ConversationView.ABSENT
                        || read.applied() == 0
                        || LogPosition.offset(read.applied()) + 1 < end);
    }

    /** One message that is being judged. */
    private final class Case {
        final AppendRequest request;
        final Executor lane;
        final @Nullable MembershipChange change;
        /** Where a change of this node ended that the view must have; null when none need be waited for. */
        final @Nullable CompletionStage<Long> changed;

        final String group;
        final int partition;
        /** A view that has not got there allows nothing. */
        long least;

        int looks;

        Case(
                AppendRequest request,
                Executor lane,
                @Nullable MembershipChange change,
                @Nullable CompletionStage<Long> changed) {
            this.request = request;
            this.lane = lane;
            this.change = change;
            this.changed = changed;
            this.group = request.conversation().group();
            this.partition = sources.partitions().of(request.conversation());
        }

        CompletionStage<Verdict> withoutEnd() {
            CompletionStage<Long> known = changed == null ? CompletableFuture.completedStage(0L) : changed;
            CompletionStage<Long> due = views.isKnown(partition)
                    ? CompletableFuture.completedStage(0L)
                    : sources.ends().apply(partition).thenApply(end -> views.due(partition, end));
            return known.thenCombine(due, Math::max).thenCompose(end -> {
                least = end;
                return look(end, false);
            });
        }

        CompletionStage<Verdict> withEnd() {
            return sources.ends().apply(partition).thenCompose(end -> {
                if (change != null) {
                    least = end;
                }
                return look(end, true);
            });
        }

        /** @param isEnd whether the log ended there when this was asked for, so that a view that has it may refuse */
        private CompletionStage<Verdict> look(long end, boolean isEnd) {
            long reading = fresh.reading(group);
            return read().thenCompose(read -> {
                GroupAuthority.Refusal refusal = refusal(read, Map.of());
                boolean mayAllow = !views.isBack(partition, read.applied()) && !isBehind(read, least);
                if (mayAllow) {
                    views.believed(partition);
                    if (changed != null) {
                        fresh.settled(group, changed);
                    }
                }
                if (refusal == null && mayAllow) {
                    if (change == null && !request.byServer()) {
                        fresh.allowed(group, request.sender(), state(read).changedAt(), reading);
                    }
                    return counted(read);
                }
                if (isBehind(read, end) || !mayAllow) {
                    return lookAgain(end, isEnd);
                }
                return isEnd && refusal != null ? refused(read, refusal) : withEnd();
            });
        }

        private CompletionStage<Groups> read() {
            Set<String> uids = new LinkedHashSet<>();
            uids.add(request.sender());
            if (change != null) {
                uids.addAll(change.getUidsList());
            }
            return sources.view().groups(partition, Map.of(group, uids));
        }

        private GroupState state(Groups read) {
            return read.states().getOrDefault(group, GroupState.NONE);
        }

        private Membership member(Groups read, String uid) {
            return read.members().getOrDefault(group, Map.of()).getOrDefault(uid, Membership.NEVER);
        }

        /** @param counts of the uids' groups; who is not in it has none */
        private GroupAuthority.@Nullable Refusal refusal(Groups read, Map<String, Integer> counts) {
            Function<String, Membership> lookup = uid -> member(read, uid);
            ToIntFunction<String> groupsOf = uid -> counts.getOrDefault(uid, 0);
            return request.byServer()
                    ? GroupAuthority.judgeServer(state(read), request.sender(), change, lookup, groupsOf, terms)
                    : GroupAuthority.judge(state(read), request.sender(), change, lookup, groupsOf, terms);
        }

        private CompletionStage<Verdict> allowed() {
            meters.judged(Judged.ALLOWED);
            return CompletableFuture.completedStage(ALLOWED);
        }

        private CompletionStage<Verdict> lookAgain(long end, boolean isEnd) {
            if (looks == DELAYS_MS.length || waiting.get() >= MAX_WAITING) {
                meters.judged(Judged.BEHIND);
                return CompletableFuture.completedStage(later("what the group is now is not known yet"));
            }
            waiting.incrementAndGet();
            CompletableFuture<@Nullable Void> pause = new CompletableFuture<>();
            var unused = timer.schedule(() -> pause.complete(null), DELAYS_MS[looks++], TimeUnit.MILLISECONDS);
            return pause.thenCompose(over -> {
                waiting.decrementAndGet();
                return look(end, isEnd);
            });
        }

        /** Allowed, as far as nobody gets into too many groups by it. */
        private CompletionStage<Verdict> counted(Groups read) {
            List<String> newcomers = newcomers(read);
            if (newcomers.isEmpty()) {
                return allowed();
            }
            return counts(newcomers).thenCompose(counts -> {
                GroupAuthority.Refusal refusal = refusal(read, counts);
                return refusal == null ? allowed() : refused(read, refusal);
            });
        }

        private List<String> newcomers(Groups read) {
            Set<String> named = new LinkedHashSet<>();
            if (change != null) {
                switch (change.getKind()) {
                    case CREATED -> {
                        named.add(request.sender());
                        named.addAll(change.getUidsList());
                    }
                    case JOINED -> named.add(request.sender());
                    case ADDED -> named.addAll(change.getUidsList());
                    default -> {}
                }
            }
            named.removeIf(uid -> member(read, uid).isMember());
            return List.copyOf(named);
        }

        /**
         * A refusal of what stands there already would be a lie: then it is a repeat, and appended like any other. Of who
         * never was in the group nothing does.
         */
        private CompletionStage<Verdict> refused(Groups read, GroupAuthority.Refusal refusal) {
            CompletionStage<Boolean> looked =
                    member(read, request.sender()).isStranger() ? CompletableFuture.completedStage(false) : stands();
            return looked.thenApply(stands -> {
                meters.judged(stands ? Judged.ALLOWED : Judged.REFUSED);
                return stands ? REPEAT : new Verdict.No(new Refused(refusal.code(), refusal.text(), 0));
            });
        }

        private CompletionStage<Boolean> stands() {
            CompletableFuture<Page> told = new CompletableFuture<>();
            CompletionStage<Boolean> stands = told.thenApply(page -> SentBefore.isIn(page.messages(), request));
            sources.store()
                    .pageBefore(
                            group,
                            request.sender(),
                            Long.MAX_VALUE,
                            SentBefore.MAX_MESSAGES,
                            SentBefore.MAX_BYTES,
                            lane,
                            result -> complete(told, result));
            return stands;
        }
    }

    /** Exactly for those that are at the bound, since a dissolved group may count for a while. */
    private CompletionStage<Map<String, Integer>> counts(List<String> uids) {
        List<CompletableFuture<int[]>> parts = new ArrayList<>();
        for (int from = 0; from < uids.size(); from += GroupStore.MAX_ASKED) {
            CompletableFuture<int[]> part = new CompletableFuture<>();
            sources.store()
                    .counts(
                            uids.subList(from, Math.min(uids.size(), from + GroupStore.MAX_ASKED)),
                            Runnable::run,
                            result -> complete(part, result));
            parts.add(part);
        }
        CompletionStage<Map<String, Integer>> all = CompletableFuture.completedStage(new HashMap<>());
        int at = 0;
        for (CompletableFuture<int[]> part : parts) {
            int first = at;
            all = all.thenCombine(part, (found, counts) -> {
                for (int i = 0; i < counts.length; i++) {
                    found.put(uids.get(first + i), counts[i]);
                }
                return found;
            });
            at += GroupStore.MAX_ASKED;
        }
        return all.thenCompose(this::exactly);
    }

    private CompletionStage<Map<String, Integer>> exactly(Map<String, Integer> counts) {
        for (Map.Entry<String, Integer> each : counts.entrySet()) {
            if (each.getValue() >= terms.maxGroups()) {
                // One is enough for a refusal: the first is looked at, and if it is not one, the rest again.
                CompletableFuture<List<GroupStore.Standing>> read = new CompletableFuture<>();
                sources.store().groupsOf(each.getKey(), Runnable::run, result -> complete(read, result));
                return read.thenCompose(groups -> {
                    Map<String, Integer> known = new HashMap<>(counts);
                    known.put(each.getKey(), groups.size());
                    return groups.size() >= terms.maxGroups()
                            ? CompletableFuture.completedStage(known)
                            : exactly(known);
                });
            }
        }
        return CompletableFuture.completedStage(counts);
    }

    private static <T> void complete(CompletableFuture<T> told, ReadResult<T> result) {
        if (result instanceof ReadResult.Ok<T> ok) {
            told.complete(ok.value());
        } else {
            told.completeExceptionally(new IllegalStateException("not read"));
        }
    }
}
