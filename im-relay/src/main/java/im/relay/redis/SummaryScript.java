package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.PlacedMessage;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.router.redis.Script;
import org.jspecify.annotations.Nullable;

/** {@code summary.lua}: what a list of conversations shows of one. */
final class SummaryScript {
    private static final Script SCRIPT = Script.of(SummaryScript.class, "summary");
    private static final int MAX_UNREAD = 1_000;

    private final StoreKeys keys;

    SummaryScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** @param unread messages of the other uid, at most 1 000 */
    record Summary(
            long head, long firstHeld, int unread, @Nullable PlacedMessage last) {}

    Call call(int partition, ConversationKey conversation, String reader, long read) {
        return Call.of(
                SCRIPT,
                new byte[][] {keys.conversation(partition, conversation), keys.messages(partition, conversation)},
                Redis.decimal(read),
                Redis.decimal(reader.equals(conversation.first()) ? 1 : 0));
    }

    static Summary summary(ConversationKey conversation, Reply reply) {
        PlacedMessage last = reply.size() > 3 ? PageScript.placed(conversation, reply, 3) : null;
        return new Summary(
                reply.number(0), reply.number(1), (int) Math.min(MAX_UNREAD, Math.max(0, reply.number(2))), last);
    }
}
