package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.redis.GroupSummaryScript.Summary;
import im.relay.redis.GroupsScript.Group;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.List;

/** A group that a uid is or was in. */
final class ListedGroup implements Listed {
    private final StoreKeys keys;
    private final GroupSummaryScript script;
    private final HeadsRequest request;
    private final int partition;
    private final Group group;
    private final ConversationKey conversation;
    private final long timeMs;

    /** @param timeMs the log's, of the last message that the uid may read */
    ListedGroup(
            StoreKeys keys, GroupSummaryScript script, HeadsRequest request, int partition, Group group, long timeMs) {
        this.keys = keys;
        this.script = script;
        this.request = request;
        this.partition = partition;
        this.group = group;
        this.conversation = ConversationKey.group(group.group());
        this.timeMs = timeMs;
    }

    @Override
    public long order() {
        return IndexEntries.order(conversation, timeMs);
    }

    @Override
    public List<Call> first() {
        byte[] field = StoreKeys.field(request.uid(), conversation);
        return List.of(
                Call.of("HGET", keys.reads(request.uid()), field),
                Call.of("HGET", keys.cursors(request.uid(), request.device()), field));
    }

    @Override
    public List<Call> second(List<Reply> first) {
        return List.of(script.call(
                partition, group.group(), request.uid(), first.get(0).numberOr(0)));
    }

    @Override
    public ConversationHead head(List<Reply> first, List<Reply> second) {
        Summary summary = GroupSummaryScript.summary(group.group(), second.get(0));
        return new ConversationHead(
                conversation,
                summary.head(),
                summary.firstHeld(),
                first.get(1).numberOr(0),
                first.get(0).numberOr(0),
                summary.unread(),
                summary.last(),
                0,
                0,
                order(),
                group.standing(request.uid()));
    }
}
