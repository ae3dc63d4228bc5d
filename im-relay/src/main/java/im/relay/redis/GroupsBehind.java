package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.Partitions;
import im.relay.group.Intervals;
import im.relay.redis.CompareScript.Found;
import im.relay.redis.GroupsScript.Group;
import im.relay.redis.LogFacts.Snapshot;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The part of a compare that is about groups: what a uid may read of them (D15) against what its device has. A hole
 * counts up to the end of the stretch that it reaches into.
 */
final class GroupsBehind {
    private final CompareRequest request;
    private final Partitions partitions;
    private final Snapshot snapshot;
    private final Found found;
    private final GroupReads.Found groups;
    private final Map<String, Long> timesOfChanges = new HashMap<>();

    GroupsBehind(
            CompareRequest request, Partitions partitions, Snapshot snapshot, Found found, GroupReads.Found groups) {
        this.request = request;
        this.partitions = partitions;
        this.snapshot = snapshot;
        this.found = found;
        this.groups = groups;
        found.groups().forEach(entry -> timesOfChanges.put(entry.group(), entry.timeMs()));
    }

    private record Candidate(Behind behind, long timeMs) {}

    /** The most recently active first. */
    List<Behind> all() {
        List<Candidate> candidates = new ArrayList<>();
        for (Group group : groups.groups().values()) {
            consider(group, candidates);
        }
        for (ConversationKey wanted : request.wanted()) {
            if (wanted.isGroup() && !groups.groups().containsKey(wanted.group())) {
                // All that can be said of it is what the device has.
                long base = found.base(request, wanted, partitions.of(wanted), 0);
                candidates.add(new Candidate(new Behind(wanted, base, base, 0), 0));
            }
        }
        candidates.sort(Comparator.comparingLong(Candidate::timeMs).reversed());
        return candidates.stream().map(Candidate::behind).toList();
    }

    private void consider(Group group, List<Candidate> into) {
        ConversationKey conversation = ConversationKey.group(group.group());
        int partition = partitions.of(conversation);
        Intervals intervals = group.intervals(request.uid());
        long reach = intervals.atOrBelow(
                Math.max(group.head(), snapshot.holes().get(partition).end()));
        long floor = intervals.floor(group.floor());
        long base = found.base(request, conversation, partition, floor);
        long view = Objects.requireNonNull(groups.applied().get(partition));
        boolean isBeyondView = request.known().containsKey(conversation) && reach <= base && view < base;
        if (reach > base || isBeyondView || request.wanted().contains(conversation)) {
            long head = isBeyondView ? Math.min(reach, view) : reach;
            long timeMs = group.timeMs() > 0 ? group.timeMs() : timesOfChanges.getOrDefault(group.group(), 0L);
            into.add(new Candidate(new Behind(conversation, head, base, floor), timeMs));
        }
    }
}
