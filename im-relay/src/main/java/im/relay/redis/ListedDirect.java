package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.redis.IndexEntries.Head;
import im.relay.redis.SummaryScript.Summary;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;

/** A direct conversation: first what both uids have read and which devices the other has, then those devices' cursors. */
final class ListedDirect implements Listed {
    private static final int DEVICES = 3;

    private final StoreKeys keys;
    private final SummaryScript script;
    private final HeadsRequest request;
    private final int partition;
    private final Head head;
    private final ConversationKey conversation;
    private final String peer;

    ListedDirect(StoreKeys keys, SummaryScript script, HeadsRequest request, int partition, Head head) {
        this.keys = keys;
        this.script = script;
        this.request = request;
        this.partition = partition;
        this.head = head;
        this.conversation = head.conversation();
        this.peer = conversation.peerOf(request.uid());
    }

    @Override
    public long order() {
        return head.order();
    }

    @Override
    public List<Call> first() {
        String uid = request.uid();
        byte[] ours = StoreKeys.field(uid, conversation);
        return List.of(
                Call.of("HGET", keys.reads(uid), ours),
                Call.of("HGET", keys.cursors(uid, request.device()), ours),
                Call.of("HGET", keys.reads(peer), StoreKeys.field(peer, conversation)),
                Call.of("HKEYS", keys.devices(peer)));
    }

    @Override
    public List<Call> second(List<Reply> first) {
        List<Call> calls = new ArrayList<>();
        calls.add(
                script.call(partition, conversation, request.uid(), first.get(0).numberOr(0)));
        Reply devices = first.get(DEVICES);
        for (int d = 0; d < devices.size(); d++) {
            calls.add(Call.of("HGET", keys.cursors(peer, devices.text(d)), StoreKeys.field(peer, conversation)));
        }
        return calls;
    }

    @Override
    public ConversationHead head(List<Reply> first, List<Reply> second) {
        Summary summary = SummaryScript.summary(conversation, second.get(0));
        boolean alone = conversation.first().equals(conversation.second());
        long delivered = 0;
        for (Reply cursor : second.subList(1, second.size())) {
            delivered = Math.max(delivered, cursor.numberOr(0));
        }
        return new ConversationHead(
                conversation,
                Math.max(head.position(), summary.head()),
                summary.firstHeld(),
                first.get(1).numberOr(0),
                first.get(0).numberOr(0),
                alone ? 0 : summary.unread(),
                summary.last(),
                alone ? 0 : Math.min(delivered, head.position()),
                alone ? 0 : first.get(2).numberOr(0),
                head.order(),
                null);
    }
}
