package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.GroupStore;
import im.relay.PlacedMessage;
import im.relay.group.Intervals;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.router.redis.Script;
import org.jspecify.annotations.Nullable;

/** {@code group_summary.lua}: what a list of conversations shows of a group to one of its uids. */
final class GroupSummaryScript {
    private static final Script SCRIPT = Script.of(GroupSummaryScript.class, "group_summary", "members");
    private static final int HEADER = 7;

    private final StoreKeys keys;

    GroupSummaryScript(StoreKeys keys) {
        this.keys = keys;
    }

    /**
     * @param head as far as the uid may read
     * @param unread as {@link GroupStore#MAX_UNREAD} says
     * @param last the message there, null when it is held no more
     */
    record Summary(
            long head, long firstHeld, int unread, @Nullable PlacedMessage last) {}

    Call call(int partition, String group, String uid, long read) {
        ConversationKey conversation = ConversationKey.group(group);
        return Call.of(
                SCRIPT,
                new byte[][] {
                    keys.state(partition),
                    keys.conversation(partition, conversation),
                    keys.messages(partition, conversation),
                    keys.group(partition, group),
                    keys.members(partition, group),
                    keys.stretches(partition, group)
                },
                Redis.decimal(read),
                StoreKeys.bytes(uid),
                Redis.decimal(GroupStore.MAX_UNREAD),
                Redis.decimal(GroupStore.MAX_UNREAD_SEEN));
    }

    /** @throws NotThereException when the partition's view is not there */
    static Summary summary(String group, Reply reply) {
        if (reply.isNull(0)) {
            throw new NotThereException();
        }
        Intervals intervals =
                StoredGroups.membership(reply.text(5), reply.text(6)).intervals(reply.number(4));
        long head = intervals.atOrBelow(reply.number(1));
        PlacedMessage last = reply.size() > HEADER
                ? GroupPageScript.placed(ConversationKey.group(group), intervals, reply, HEADER)
                : null;
        boolean isAtHead = last != null && last.position() == head;
        return new Summary(head, reply.number(2), (int) reply.number(3), isAtHead ? last : null);
    }
}
