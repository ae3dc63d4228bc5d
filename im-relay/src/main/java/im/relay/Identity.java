package im.relay;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What makes two messages the same one (D11), as 128 bits of a SHA-256: conversation, sender and message id and, where
 * another body is another message, the body. Clients choose ids, bodies and whom they write to, so nothing weaker would
 * keep one from being taken for another on purpose. Never both zero.
 */
public record Identity(long high, long low) {

    /** What the identities of one sender's messages in one conversation begin with. */
    public static byte[] prefix(ConversationKey conversation, String sender) {
        return (conversation.text() + '|' + sender + '|').getBytes(StandardCharsets.US_ASCII);
    }

    /** Makes identities, in about half a microsecond each. Confined to one thread. */
    public static final class Hash {
        private static final ByteBuffer NO_BODY = ByteBuffer.allocate(0);

        private final MessageDigest digest = sha256();
        private final ByteBuffer idBytes = ByteBuffer.allocate(16);

        /** The same for all bodies. */
        public Identity of(byte[] prefix, MessageId id) {
            idBytes.clear().putLong(id.high()).putLong(id.low()).flip();
            return of(prefix, idBytes, NO_BODY);
        }

        /**
         * @param prefix of {@link Identity#prefix}
         * @param id the message id's 16 bytes
         * @param bodyHash as in {@link AppendRequest#requestHash}
         */
        public Identity of(byte[] prefix, ByteBuffer id, ByteBuffer bodyHash) {
            digest.reset();
            digest.update(prefix);
            digest.update(id);
            digest.update(bodyHash);
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
