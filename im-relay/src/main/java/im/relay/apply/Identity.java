package im.relay.apply;

import im.protocol.ConversationKey;
import im.protocol.v1.LogEntry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What makes two messages the same one (D11), as 128 bits of a SHA-256: clients choose message ids and bodies, so nothing
 * weaker would keep one from being taken for another on purpose. Never both zero.
 */
record Identity(long high, long low) {

    /** Makes identities. Confined to one thread. */
    static final class Hash {
        private final MessageDigest digest = sha256();

        Identity of(ConversationKey conversation, String sender, LogEntry entry) {
            digest.update(conversation.text().getBytes(StandardCharsets.US_ASCII));
            digest.update((byte) '|');
            digest.update(sender.getBytes(StandardCharsets.US_ASCII));
            digest.update((byte) '|');
            digest.update(entry.getMessageId().asReadOnlyByteBuffer());
            digest.update(entry.getRequestHash().asReadOnlyByteBuffer());
            ByteBuffer hash = ByteBuffer.wrap(digest.digest());
            long high = hash.getLong();
            long low = hash.getLong();
            return new Identity(high, high == 0 && low == 0 ? 1 : low);
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JVM has SHA-256", e);
            }
        }
    }
}
