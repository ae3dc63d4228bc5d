package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.Partitions;
import im.relay.redis.CompareScript.Found;
import im.relay.redis.IndexEntries.Head;
import im.relay.redis.LogFacts.Snapshot;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/**
 * A compare: index and device in one step, then the floors of what is behind. The version is read with the heads (D25),
 * and the marks too, so that "complete as of" speaks of these very heads (D20); what the partitions' views lack of them
 * yet, the reader waits for. A conversation that a hole lies above of is behind up to the hole's end (D8), and one of
 * which the device has more than the view is told with a head below that (D19). Groups are told behind direct
 * conversations, see {@link GroupsBehind}; where a view of them is not there, or has not what the index says, the rest is
 * told, with a version that makes its reader compare again.
 */
final class CompareRead {
    /** The version of no index: whoever has it compares again. */
    private static final long NOT_WHOLE = Long.MIN_VALUE;

    private final Redis redis;
    private final StoreKeys keys;
    private final Partitions partitions;
    private final LogFacts facts;
    private final CompareScript script;
    private final GroupReads reads;

    CompareRead(Redis redis, StoreKeys keys, Partitions partitions, LogFacts facts) {
        this.redis = redis;
        this.keys = keys;
        this.partitions = partitions;
        this.facts = facts;
        this.script = new CompareScript(keys);
        this.reads = new GroupReads(redis, keys, partitions);
    }

    CompletionStage<Comparison> compare(CompareRequest request) {
        List<Integer> claimed = claimed(request);
        List<Call> calls = new ArrayList<>(1 + claimed.size());
        calls.add(script.call(request));
        for (int partition : claimed) {
            calls.add(Call.of("HGET", keys.state(partition), StoreKeys.bytes("applied")));
        }
        return facts.get()
                .thenCompose(snapshot -> Pipelined.all(redis, calls).thenCompose(replies -> {
                    Found found = CompareScript.found(request.uid(), partitions.count(), replies.get(0));
                    Map<Integer, Long> applied = new HashMap<>();
                    for (int i = 0; i < claimed.size(); i++) {
                        applied.put(claimed.get(i), replies.get(i + 1).numberOr(0));
                    }
                    return groups(request, found).thenCompose(groups -> {
                        // Of groups the heads are the view's, which may be behind the marks, or not there at all.
                        groups.applied()
                                .forEach((partition, at) ->
                                        found.marks()[partition] = Math.min(found.marks()[partition], at));
                        List<Behind> behind = new GroupsBehind(request, partitions, snapshot, found, groups).all();
                        boolean isWhole =
                                groups.isWhole() && found.groups().stream().allMatch(groups::has);
                        return new OneCompare(request, snapshot, found, applied, behind, isWhole).read();
                    });
                }));
    }

    /** After the index: what it says of groups is not newer than what the view says of them. */
    private CompletionStage<GroupReads.Found> groups(CompareRequest request, Found found) {
        Set<String> groups = new LinkedHashSet<>();
        if (request.groups()) {
            found.groups().forEach(entry -> groups.add(entry.group()));
            Stream.concat(request.known().keySet().stream(), request.wanted().stream())
                    .filter(ConversationKey::isGroup)
                    .forEach(group -> groups.add(group.group()));
        }
        return reads.ofUid(request.uid(), groups);
    }

    /** Of which the device says that it has something: their views may be behind that (D19). */
    private List<Integer> claimed(CompareRequest request) {
        return request.known().entrySet().stream()
                .filter(known -> known.getValue() > 0 && !known.getKey().isGroup())
                .map(known -> partitions.of(known.getKey()))
                .distinct()
                .toList();
    }

    /** A conversation that may be behind, or whose view is. */
    private record Candidate(ConversationKey conversation, int partition, long head, long order, boolean certain) {}

    private final class OneCompare {
        private final CompareRequest request;
        private final Snapshot snapshot;
        private final Found found;
        /** Of the partitions that the device has something of, how far their views are. */
        private final Map<Integer, Long> applied;

        private final List<Behind> groups;
        private final boolean isWhole;

        /** @param isWhole whether the view has all that the index says of groups */
        OneCompare(
                CompareRequest request,
                Snapshot snapshot,
                Found found,
                Map<Integer, Long> applied,
                List<Behind> groups,
                boolean isWhole) {
            this.groups = groups;
            this.isWhole = isWhole;
            this.request = request;
            this.snapshot = snapshot;
            this.found = found;
            this.applied = applied;
        }

        CompletionStage<Comparison> read() {
            List<Candidate> candidates = candidates();
            if (candidates.isEmpty()) {
                return CompletableFuture.completedStage(comparison(List.of(), List.of(), Map.of()));
            }
            List<Integer> states =
                    candidates.stream().map(Candidate::partition).distinct().toList();
            List<Call> calls = new ArrayList<>(candidates.size() + states.size());
            for (int partition : states) {
                calls.add(Call.of("HGET", keys.state(partition), StoreKeys.bytes("floor")));
            }
            for (Candidate candidate : candidates) {
                byte[] key = keys.conversation(candidate.partition(), candidate.conversation());
                calls.add(Call.of("HGET", key, StoreKeys.bytes("f")));
            }
            return Pipelined.all(redis, calls).thenApply(replies -> {
                Map<Integer, Long> floors = new HashMap<>();
                for (int i = 0; i < states.size(); i++) {
                    floors.put(states.get(i), replies.get(i).numberOr(0));
                }
                return comparison(candidates, replies.subList(states.size(), replies.size()), floors);
            });
        }

        private List<Candidate> candidates() {
            Map<ConversationKey, Candidate> candidates = new LinkedHashMap<>();
            Set<ConversationKey> indexed = new HashSet<>();
            Set<ConversationKey> wanted = new HashSet<>(request.wanted());
            for (Head head : found.index().heads()) {
                indexed.add(head.conversation());
                consider(head.conversation(), head.position(), head.order(), wanted, candidates);
            }
            // Of these the index knows nothing: a hole may be above them, or their view behind them.
            for (ConversationKey conversation : request.known().keySet()) {
                if (!conversation.isGroup() && indexed.add(conversation)) {
                    consider(conversation, 0, 0, wanted, candidates);
                }
            }
            for (ConversationKey conversation : request.wanted()) {
                if (!conversation.isGroup() && indexed.add(conversation)) {
                    consider(conversation, 0, 0, wanted, candidates);
                }
            }
            return List.copyOf(candidates.values());
        }

        private void consider(
                ConversationKey conversation,
                long head,
                long order,
                Set<ConversationKey> wanted,
                Map<ConversationKey, Candidate> into) {
            int partition = partitions.of(conversation);
            long reach = reach(partition, head);
            // A floor only raises the base: most conversations need no further read.
            long base = base(conversation, partition, 0);
            long view = applied.getOrDefault(partition, Long.MAX_VALUE);
            boolean isBeyondView = request.known().containsKey(conversation) && reach <= base && view < base;
            if (isBeyondView) {
                into.put(conversation, new Candidate(conversation, partition, Math.min(reach, view), order, true));
            } else if (wanted.contains(conversation) || reach > base) {
                boolean isWanted = wanted.contains(conversation);
                into.put(conversation, new Candidate(conversation, partition, reach, order, isWanted));
            }
        }

        private long reach(int partition, long head) {
            return Math.max(head, snapshot.holes().get(partition).end());
        }

        private long base(ConversationKey conversation, int partition, long floor) {
            return found.base(request, conversation, partition, floor);
        }

        private Comparison comparison(List<Candidate> candidates, List<Reply> own, Map<Integer, Long> floors) {
            List<Candidate> sorted = new ArrayList<>();
            Map<ConversationKey, Behind> behind = new HashMap<>();
            for (int i = 0; i < candidates.size(); i++) {
                Candidate candidate = candidates.get(i);
                int partition = candidate.partition();
                long floor = own.get(i).numberOr(floors.getOrDefault(partition, 0L));
                long base = base(candidate.conversation(), partition, floor);
                if (candidate.certain() || candidate.head() > base) {
                    sorted.add(candidate);
                    behind.put(
                            candidate.conversation(),
                            new Behind(candidate.conversation(), candidate.head(), base, floor));
                }
            }
            sorted.sort(Comparator.comparingLong(Candidate::order).reversed());
            List<Behind> all = new ArrayList<>(sorted.size());
            for (Candidate candidate : sorted) {
                all.add(java.util.Objects.requireNonNull(behind.get(candidate.conversation())));
            }
            all.addAll(groups);
            long version = isWhole ? found.index().version() + snapshot.holesHash() : NOT_WHOLE;
            return new Comparison(version, snapshot.asOfMs(found.marks()), all);
        }
    }
}
