package im.relay;

import im.protocol.ConversationKey;
import java.nio.charset.StandardCharsets;

/**
 * Which partition of the log a conversation is in. Ours and never Kafka's: it must not change for as long as a log
 * lives.
 *
 * @param count 1 or more, fixed for the life of a topic
 */
public record Partitions(int count) {
    private static final long FNV_OFFSET = 0xCBF2_9CE4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01B3L;

    public Partitions {
        if (count < 1) {
            throw new IllegalArgumentException("partitions: " + count + ", expected 1 or more");
        }
    }

    /** FNV-1a over the canonical key, folded. */
    public int of(ConversationKey conversation) {
        long hash = FNV_OFFSET;
        for (byte b : conversation.text().getBytes(StandardCharsets.US_ASCII)) {
            hash = (hash ^ (b & 0xff)) * FNV_PRIME;
        }
        return (int) Long.remainderUnsigned(hash ^ (hash >>> 32), count);
    }
}
