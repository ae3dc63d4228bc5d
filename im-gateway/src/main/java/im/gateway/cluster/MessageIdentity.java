package im.gateway.cluster;

import im.protocol.MessageId;
import im.relay.AppendRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Conversation, sender and message id, as 128 bits of a SHA-256. Clients choose ids and whom they write to, and whoever
 * made two identities meet would have another's message refused, so nothing weaker would do. Never both zero.
 */
record MessageIdentity(long high, long low) {
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(MessageIdentity::sha256);

    /** About half a microsecond. */
    static MessageIdentity of(AppendRequest request) {
        MessageDigest digest = SHA_256.get();
        digest.reset();
        digest.update(request.conversation().text().getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) '|');
        digest.update(request.sender().getBytes(StandardCharsets.US_ASCII));
        digest.update((byte) '|');
        MessageId id = request.messageId();
        digest.update(
                ByteBuffer.allocate(16).putLong(id.high()).putLong(id.low()).flip());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        long high = hash.getLong();
        long low = hash.getLong();
        return new MessageIdentity(high, high == 0 && low == 0 ? 1 : low);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }
}
