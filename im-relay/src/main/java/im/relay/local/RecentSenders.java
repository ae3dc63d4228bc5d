package im.relay.local;

import im.protocol.ConversationKey;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who sent the last few messages of the conversations that were busy of late, so that an acknowledgement of what has
 * just been delivered is counted without reading messages again. Writer thread only.
 */
final class RecentSenders {
    /** Messages a conversation. */
    static final int MESSAGES = 16;

    private static final int CONVERSATIONS = 8_192;

    private final Map<ConversationKey, Ring> rings = new LinkedHashMap<>(1024, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ConversationKey, Ring> eldest) {
            return size() > CONVERSATIONS;
        }
    };

    /** Knows every message above {@code base}. */
    private static final class Ring {
        final long[] positions = new long[MESSAGES];
        final boolean[] byFirst = new boolean[MESSAGES];
        long base;
        int end;

        Ring(long base) {
            this.base = base;
        }
    }

    /** @param own the messages of the uid that was asked about */
    record Count(long others, long own) {}

    void placed(ConversationKey conversation, long prev, long position, String sender) {
        Ring ring = rings.computeIfAbsent(conversation, key -> new Ring(prev));
        int at = ring.end++ % MESSAGES;
        if (ring.end > MESSAGES) {
            ring.base = ring.positions[at];
        }
        ring.positions[at] = position;
        ring.byFirst[at] = conversation.first().equals(sender);
    }

    /** The messages in (after, last], seen by one of the two uids; null where that is not known. */
    @Nullable Count count(ConversationKey conversation, String uid, long after, long last) {
        Ring ring = rings.get(conversation);
        if (ring == null || after < ring.base) {
            return null;
        }
        long first = 0;
        long second = 0;
        for (int i = Math.max(0, ring.end - MESSAGES); i < ring.end; i++) {
            long position = ring.positions[i % MESSAGES];
            if (position > after && position <= last) {
                if (ring.byFirst[i % MESSAGES]) {
                    first++;
                } else {
                    second++;
                }
            }
        }
        return conversation.first().equals(uid) ? new Count(second, first) : new Count(first, second);
    }
}
