package im.relay.apply;

import im.protocol.ConversationKey;
import im.relay.IndexView;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** The users' indexes as maps; each bucket can fall back on its own. */
final class ModelIndex implements IndexView {
    static final int BUCKETS = 4;

    record Head(long position, boolean member) {}

    static final class Bucket {
        final Map<Integer, Long> marks = new HashMap<>();
        final Map<String, Map<ConversationKey, Head>> heads = new HashMap<>();

        Bucket copy() {
            Bucket copy = new Bucket();
            copy.marks.putAll(marks);
            heads.forEach((uid, map) -> copy.heads.put(uid, new HashMap<>(map)));
            return copy;
        }
    }

    private final SimWorld world;
    private final Predicate<RelaySim.GroupFault> fault;
    private Bucket[] buckets = empty();
    private Bucket[] snapshots = empty();
    int replays;

    ModelIndex(SimWorld world, Predicate<RelaySim.GroupFault> fault) {
        this.world = world;
        this.fault = fault;
    }

    private static Bucket[] empty() {
        Bucket[] empty = new Bucket[BUCKETS];
        Arrays.setAll(empty, i -> new Bucket());
        return empty;
    }

    void flush() {
        buckets = empty();
        snapshots = empty();
    }

    void snapshot(int bucket) {
        snapshots[bucket] = buckets[bucket].copy();
    }

    void fallBack(int bucket) {
        buckets[bucket] = snapshots[bucket].copy();
    }

    long head(String uid, ConversationKey conversation) {
        return of(uid, conversation).position;
    }

    Head of(String uid, ConversationKey conversation) {
        return buckets[bucketOf(uid)].heads.getOrDefault(uid, Map.of()).getOrDefault(conversation, new Head(0, false));
    }

    long mark(int bucket, int partition) {
        return buckets[bucket].marks.getOrDefault(partition, ABSENT);
    }

    @Override
    public int buckets() {
        return BUCKETS;
    }

    @Override
    public int bucketOf(String uid) {
        return Math.floorMod(uid.hashCode(), BUCKETS);
    }

    @Override
    public CompletionStage<long[]> marks(int partition) {
        return world.call(() -> Arrays.stream(buckets)
                .mapToLong(b -> b.marks.getOrDefault(partition, ABSENT))
                .toArray());
    }

    @Override
    public CompletionStage<Long> merge(
            int bucket, int partition, long expected, long mark, List<Entry> entries, boolean replay) {
        return world.call(() -> {
            Bucket at = buckets[bucket];
            long found = at.marks.getOrDefault(partition, ABSENT);
            if (found == expected) {
                boolean noGroups = fault.test(RelaySim.GroupFault.ENTRIES_DROPPED) && replay;
                entries.stream()
                        .filter(entry -> !noGroups || !entry.conversation().isGroup())
                        .forEach(entry -> at.heads
                                .computeIfAbsent(entry.uid(), uid -> new HashMap<>())
                                .merge(
                                        entry.conversation(),
                                        new Head(entry.head(), entry.member()),
                                        (known, more) -> more.position >= known.position ? more : known));
                at.marks.put(partition, mark);
                replays += replay && !entries.isEmpty() ? 1 : 0;
            }
            return found;
        });
    }
}
