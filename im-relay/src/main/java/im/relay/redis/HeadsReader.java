package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationStore;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.Partitions;
import im.relay.PlacedMessage;
import im.relay.redis.IndexEntries.Head;
import im.relay.redis.SummaryScript.Summary;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
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

    HeadsReader(Redis redis, StoreKeys keys, Partitions partitions) {
        this.redis = redis;
        this.keys = keys;
        this.partitions = partitions;
        this.script = new SummaryScript(keys);
    }

    CompletionStage<ConversationStore.HeadsRead> read(HeadsRequest request) {
        return redis.call(Call.of("HGETALL", keys.index(request.uid()))).thenCompose(reply -> {
            List<Head> heads =
                    new ArrayList<>(IndexEntries.parse(request.uid(), reply).heads());
            heads.removeIf(head -> head.order() >= request.below());
            heads.sort(Comparator.comparingLong(Head::order).reversed());
            return new OneRead(request, heads).next();
        });
    }

    /** What is known of a conversation before it is looked at. */
    private record Positions(long read, long cursor, long peerRead, List<String> peerDevices) {}

    private final class OneRead {
        private final HeadsRequest request;
        private final List<Head> heads;
        private final int limit;
        private final List<ConversationHead> read = new ArrayList<>();
        private long bytes;

        OneRead(HeadsRequest request, List<Head> heads) {
            this.request = request;
            this.heads = heads;
            this.limit = Math.min(heads.size(), request.limit());
        }

        CompletionStage<ConversationStore.HeadsRead> next() {
            if (read.size() == limit || bytes >= PAGE_BYTES) {
                return CompletableFuture.completedStage(
                        new ConversationStore.HeadsRead(List.copyOf(read), read.size() < heads.size()));
            }
            List<Head> some = heads.subList(read.size(), Math.min(limit, read.size() + AT_ONCE));
            return Pipelined.all(redis, positionCalls(some))
                    .thenApply(OneRead::positions)
                    .thenCompose(positions -> describe(some, positions))
                    .thenCompose(done -> next());
        }

        private List<Call> positionCalls(List<Head> some) {
            String uid = request.uid();
            List<Call> calls = new ArrayList<>(4 * some.size());
            for (Head head : some) {
                ConversationKey conversation = head.conversation();
                String peer = conversation.peerOf(uid);
                byte[] ours = StoreKeys.field(uid, conversation);
                calls.add(Call.of("HGET", keys.reads(uid), ours));
                calls.add(Call.of("HGET", keys.cursors(uid, request.device()), ours));
                calls.add(Call.of("HGET", keys.reads(peer), StoreKeys.field(peer, conversation)));
                calls.add(Call.of("HKEYS", keys.devices(peer)));
            }
            return calls;
        }

        private static List<Positions> positions(List<Reply> replies) {
            List<Positions> all = new ArrayList<>(replies.size() / 4);
            for (int i = 0; i + 3 < replies.size(); i += 4) {
                List<String> devices = new ArrayList<>();
                for (int d = 0; d < replies.get(i + 3).size(); d++) {
                    devices.add(replies.get(i + 3).text(d));
                }
                all.add(new Positions(
                        number(replies.get(i)), number(replies.get(i + 1)), number(replies.get(i + 2)), devices));
            }
            return all;
        }

        private CompletionStage<Void> describe(List<Head> some, List<Positions> positions) {
            List<Call> calls = new ArrayList<>();
            for (int i = 0; i < some.size(); i++) {
                ConversationKey conversation = some.get(i).conversation();
                String peer = conversation.peerOf(request.uid());
                calls.add(script.call(
                        partitions.of(conversation),
                        conversation,
                        request.uid(),
                        positions.get(i).read()));
                for (String device : positions.get(i).peerDevices()) {
                    calls.add(Call.of("HGET", keys.cursors(peer, device), StoreKeys.field(peer, conversation)));
                }
            }
            return Pipelined.all(redis, calls).thenAccept(replies -> {
                int at = 0;
                for (int i = 0; i < some.size(); i++) {
                    int devices = positions.get(i).peerDevices().size();
                    add(some.get(i), positions.get(i), replies.subList(at, at + 1 + devices));
                    at += 1 + devices;
                }
            });
        }

        private void add(Head head, Positions positions, List<Reply> replies) {
            ConversationKey conversation = head.conversation();
            Summary summary = SummaryScript.summary(conversation, replies.get(0));
            boolean alone = conversation.first().equals(conversation.second());
            long delivered = 0;
            for (Reply cursor : replies.subList(1, replies.size())) {
                delivered = Math.max(delivered, number(cursor));
            }
            PlacedMessage last = summary.last();
            bytes += last == null ? 0 : last.placed().length;
            read.add(new ConversationHead(
                    conversation,
                    Math.max(head.position(), summary.head()),
                    summary.firstHeld(),
                    positions.cursor(),
                    positions.read(),
                    alone ? 0 : summary.unread(),
                    last,
                    alone ? 0 : Math.min(delivered, head.position()),
                    alone ? 0 : positions.peerRead(),
                    head.order()));
        }
    }

    private static long number(Reply reply) {
        return reply.isNull() ? 0 : reply.number();
    }
}
