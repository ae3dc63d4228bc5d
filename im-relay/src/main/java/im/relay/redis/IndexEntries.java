package im.relay.redis;

import im.protocol.ConversationKey;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;

/** A uid's index as it was read. */
record IndexEntries(long version, List<Head> heads) {
    private static final int TIE_BITS = 20;

    /**
     * @param timeMs the log's, of the message at the head
     */
    record Head(ConversationKey conversation, long position, long timeMs) {
        long order() {
            return IndexEntries.order(conversation, timeMs);
        }
    }

    /** Of two conversations with heads in the same millisecond the names decide. */
    static long order(ConversationKey conversation, long timeMs) {
        return timeMs << TIE_BITS | (conversation.text().hashCode() & ((1 << TIE_BITS) - 1));
    }

    /** Of the fields and values of the hash, in the order of their answer. */
    static IndexEntries parse(String uid, Reply fields) {
        long version = 0;
        List<Head> heads = new ArrayList<>(fields.size() / 2);
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            String field = fields.text(i);
            String value = fields.text(i + 1);
            if (field.equals("v")) {
                version = Long.parseLong(value);
            } else {
                int space = value.indexOf(' ');
                heads.add(new Head(
                        StoreKeys.conversation(uid, field),
                        Long.parseLong(value.substring(0, space)),
                        Long.parseLong(value.substring(space + 1))));
            }
        }
        return new IndexEntries(version, heads);
    }
}
