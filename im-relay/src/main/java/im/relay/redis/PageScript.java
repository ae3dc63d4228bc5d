package im.relay.redis;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.List;

/** {@code page.lua} and {@code page_before.lua}: a conversation's messages and how far it reaches, as of one moment. */
final class PageScript {
    private static final Script AFTER = Script.of(PageScript.class, "page");
    private static final Script BEFORE = Script.of(PageScript.class, "page_before");
    private static final int HEADER = 5;

    private final StoreKeys keys;

    PageScript(StoreKeys keys) {
        this.keys = keys;
    }

    Call after(int partition, ConversationKey conversation, long after, int maxMessages, int maxBytes) {
        return call(AFTER, partition, conversation, Math.max(after, 0), maxMessages, maxBytes);
    }

    /** @param last position that may still be in it */
    Call before(int partition, ConversationKey conversation, long last, int maxMessages, int maxBytes) {
        return call(BEFORE, partition, conversation, last, maxMessages, maxBytes);
    }

    private Call call(
            Script script, int partition, ConversationKey conversation, long from, int maxMessages, int maxBytes) {
        return Call.of(
                script,
                new byte[][] {
                    keys.state(partition),
                    keys.conversation(partition, conversation),
                    keys.messages(partition, conversation)
                },
                Redis.decimal(from),
                Redis.decimal(Math.max(maxMessages, 1)),
                Redis.decimal(maxBytes));
    }

    /**
     * The page that {@link #after} asked for.
     *
     * @throws NotThereException when the partition's view is not there
     */
    static Page pageAfter(ConversationKey conversation, long after, int maxMessages, int maxBytes, Reply reply) {
        requireView(reply);
        List<PlacedMessage> messages = new ArrayList<>();
        boolean cut = fill(conversation, reply, maxMessages, maxBytes, messages);
        boolean more = cut || reply.number(4) == 1;
        long floor = reply.number(1);
        long head = reply.number(2);
        long from = Math.max(Math.max(after, 0), floor);
        long applied = reply.number(0);
        long complete = applied < after ? applied : Math.max(from, head);
        if (more) {
            complete = messages.get(messages.size() - 1).position();
        }
        return new Page(messages, more, head, complete, floor, reply.number(3));
    }

    /** The page that {@link #before} asked for; throws as {@link #pageAfter} does. */
    static Page pageBefore(ConversationKey conversation, long last, int maxMessages, int maxBytes, Reply reply) {
        requireView(reply);
        List<PlacedMessage> messages = new ArrayList<>();
        boolean cut = fill(conversation, reply, maxMessages, maxBytes, messages);
        boolean more = cut || reply.number(4) == 1;
        java.util.Collections.reverse(messages);
        long head = reply.number(2);
        return new Page(messages, more, head, Math.min(last, head), reply.number(1), reply.number(3));
    }

    private static void requireView(Reply reply) {
        if (reply.isNull(0)) {
            throw new NotThereException();
        }
    }

    /** Fills the list within the bounds; whether there is more. */
    private static boolean fill(
            ConversationKey conversation, Reply reply, int maxMessages, int maxBytes, List<PlacedMessage> into) {
        long bytes = 0;
        for (int i = HEADER; i + 2 < reply.size(); i += 3) {
            PlacedMessage message = placed(conversation, reply, i);
            bytes += message.placed().length;
            if (into.size() >= Math.max(maxMessages, 1) || (!into.isEmpty() && bytes > maxBytes)) {
                return true;
            }
            into.add(message);
        }
        return false;
    }

    /** Of position, prev and envelope from {@code i} on. */
    static PlacedMessage placed(ConversationKey conversation, Reply reply, int i) {
        long position = reply.number(i);
        long prev = reply.number(i + 1);
        return new PlacedMessage(conversation, position, prev, PlacedCodec.encode(position, prev, reply.bytes(i + 2)));
    }
}
