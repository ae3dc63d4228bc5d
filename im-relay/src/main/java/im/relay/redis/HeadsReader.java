package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationStore;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.Partitions;
import im.relay.PlacedMessage;
import im.relay.redis.GroupsScript.Group;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The list of a uid's conversations, a few at a time: first what the uid and its peers have of them, then the
 * conversations themselves. Not of one moment; a list never is, once it is shown.
 */
final class HeadsReader {
    private static final int AT_ONCE = 16;
    /** Of last messages; what is left goes into the next page. */
    private static final long PAGE_BYTES = 512 << 10;

    private final Redis redis;
    private final StoreKeys keys;
    private final Partitions partitions;
    private final SummaryScript script;
    private final GroupSummaryScript groupScript;
    private final GroupReads groups;

    HeadsReader(Redis redis, StoreKeys keys, Partitions partitions) {
        this.redis = redis;
        this.keys = keys;
        this.partitions = partitions;
        this.script = new SummaryScript(keys);
        this.groupScript = new GroupSummaryScript(keys);
        this.groups = new GroupReads(redis, keys, partitions);
    }

    CompletionStage<ConversationStore.HeadsRead> read(HeadsRequest request) {
        return directs(request)
                .thenCombine(groups(request), (directs, ofGroups) -> {
                    List<Listed> all = new ArrayList<>(directs);
                    all.addAll(ofGroups);
                    all.removeIf(listed -> listed.order() >= request.below());
                    all.sort(Comparator.comparingLong(Listed::order).reversed());
                    return all;
                })
                .thenCompose(all -> new OneRead(all, request.limit()).next());
    }

    private CompletionStage<List<Listed>> directs(HeadsRequest request) {
        return redis.call(Call.of("HGETALL", keys.index(request.uid()))).thenApply(reply -> {
            List<Listed> all = new ArrayList<>();
            for (IndexEntries.Head head :
                    IndexEntries.parse(request.uid(), reply).heads()) {
                all.add(new ListedDirect(keys, script, request, partitions.of(head.conversation()), head));
            }
            return all;
        });
    }

    private CompletionStage<List<Listed>> groups(HeadsRequest request) {
        if (!request.groups()) {
            return CompletableFuture.completedStage(List.of());
        }
        return redis.call(Call.of("HGETALL", keys.groupsOf(request.uid()))).thenCompose(reply -> {
            Map<String, GroupEntry> entries = new HashMap<>();
            GroupEntry.parse(reply).forEach(entry -> entries.put(entry.group(), entry));
            return groups.ofUid(request.uid(), entries.keySet()).thenApply(found -> {
                if (!found.isWhole()) {
                    throw new NotThereException();
                }
                List<Listed> all = new ArrayList<>();
                entries.values().forEach(entry -> list(request, entry, found.group(entry.group()), all));
                return all;
            });
        });
    }

    private void list(HeadsRequest request, GroupEntry entry, Group group, List<Listed> into) {
        int partition = partitions.of(ConversationKey.group(entry.group()));
        if (group.intervals(request.uid()).atOrBelow(group.head()) > 0) {
            // What a past member may read ends where it left.
            long timeMs = entry.member() && group.timeMs() > 0 ? group.timeMs() : entry.timeMs();
            into.add(new ListedGroup(keys, groupScript, request, partition, group, timeMs));
        }
    }

    private final class OneRead {
        private final List<Listed> all;
        private final int limit;
        private final List<ConversationHead> read = new ArrayList<>();
        private long bytes;

        OneRead(List<Listed> all, int atMost) {
            this.all = all;
            this.limit = Math.min(all.size(), atMost);
        }

        CompletionStage<ConversationStore.HeadsRead> next() {
            if (read.size() == limit || bytes >= PAGE_BYTES) {
                return CompletableFuture.completedStage(
                        new ConversationStore.HeadsRead(List.copyOf(read), read.size() < all.size()));
            }
            List<Listed> some = all.subList(read.size(), Math.min(limit, read.size() + AT_ONCE));
            List<List<Call>> first = some.stream().map(Listed::first).toList();
            return answers(first)
                    .thenCompose(positions -> {
                        List<List<Call>> second = new ArrayList<>(some.size());
                        for (int i = 0; i < some.size(); i++) {
                            second.add(some.get(i).second(positions.get(i)));
                        }
                        return answers(second).thenAccept(details -> add(some, positions, details));
                    })
                    .thenCompose(done -> next());
        }

        /** In one go, as they were asked. */
        private CompletionStage<List<List<Reply>>> answers(List<List<Call>> calls) {
            return Pipelined.all(redis, calls.stream().flatMap(List::stream).toList())
                    .thenApply(replies -> {
                        List<List<Reply>> all = new ArrayList<>(calls.size());
                        int at = 0;
                        for (List<Call> some : calls) {
                            all.add(replies.subList(at, at + some.size()));
                            at += some.size();
                        }
                        return all;
                    });
        }

        private void add(List<Listed> some, List<List<Reply>> first, List<List<Reply>> second) {
            for (int i = 0; i < some.size(); i++) {
                ConversationHead head = some.get(i).head(first.get(i), second.get(i));
                PlacedMessage last = head.last();
                bytes += last == null ? 0 : last.placed().length;
                read.add(head);
            }
        }
    }
}
