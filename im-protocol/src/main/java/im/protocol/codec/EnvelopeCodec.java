package im.protocol.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.WireFormat;
import im.protocol.v1.Envelope;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.Send;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What is taken from a Send when it comes in: its envelope, encoded here and never again, and its hash. */
public final class EnvelopeCodec {
    /** Bytes of {@link #requestHash}. */
    public static final int HASH_BYTES = 16;

    // Made once per thread: looking an algorithm up costs more than hashing a short message.
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(EnvelopeCodec::sha256);

    private EnvelopeCodec() {}

    /**
     * The {@code im.v1.Envelope}, one array of exactly its size. A Send with neither text nor data has an empty text.
     *
     * @param sender the authenticated uid
     * @param device the device it sent from
     * @param acceptedMs milliseconds since 1970
     */
    public static byte[] encode(Send send, String sender, String device, long acceptedMs) {
        byte[] envelope = new byte[size(send, sender, device, acceptedMs)];
        CodedOutputStream out = CodedOutputStream.newInstance(envelope);
        try {
            writeText(out, Envelope.MESSAGE_ID_FIELD_NUMBER, send.getMessageId());
            writeText(out, Envelope.SENDER_FIELD_NUMBER, sender);
            writeText(out, Envelope.SENDER_DEVICE_FIELD_NUMBER, device);
            if (acceptedMs != 0) {
                out.writeInt64(Envelope.ACCEPTED_MS_FIELD_NUMBER, acceptedMs);
            }
            writeText(out, Envelope.CONTENT_TYPE_FIELD_NUMBER, send.getContentType());
            if (send.hasData()) {
                out.writeBytes(Envelope.DATA_FIELD_NUMBER, send.getData());
            } else if (send.hasMembership()) {
                out.writeMessage(Envelope.MEMBERSHIP_FIELD_NUMBER, send.getMembership());
            } else {
                out.writeString(Envelope.TEXT_FIELD_NUMBER, send.getText());
            }
            out.checkNoSpaceLeft();
        } catch (IOException e) {
            throw new IllegalStateException("envelope does not have the size it stated: " + envelope.length, e);
        }
        return envelope;
    }

    private static int size(Send send, String sender, String device, long acceptedMs) {
        return textSize(Envelope.MESSAGE_ID_FIELD_NUMBER, send.getMessageId())
                + textSize(Envelope.SENDER_FIELD_NUMBER, sender)
                + textSize(Envelope.SENDER_DEVICE_FIELD_NUMBER, device)
                + (acceptedMs == 0
                        ? 0
                        : CodedOutputStream.computeInt64Size(Envelope.ACCEPTED_MS_FIELD_NUMBER, acceptedMs))
                + textSize(Envelope.CONTENT_TYPE_FIELD_NUMBER, send.getContentType())
                + contentSize(send);
    }

    private static int contentSize(Send send) {
        if (send.hasData()) {
            return CodedOutputStream.computeBytesSize(Envelope.DATA_FIELD_NUMBER, send.getData());
        }
        return send.hasMembership()
                ? CodedOutputStream.computeMessageSize(Envelope.MEMBERSHIP_FIELD_NUMBER, send.getMembership())
                : CodedOutputStream.computeStringSize(Envelope.TEXT_FIELD_NUMBER, send.getText());
    }

    private static int textSize(int field, String text) {
        return text.isEmpty() ? 0 : CodedOutputStream.computeStringSize(field, text);
    }

    private static void writeText(CodedOutputStream out, int field, String text) throws IOException {
        if (!text.isEmpty()) {
            out.writeString(field, text);
        }
    }

    /**
     * What tells a retry from another message under the same id: the first {@value #HASH_BYTES} bytes of SHA-256 over
     * content type, a zero byte, {@code t} for text, {@code d} for data or {@code m} for a membership change, and the
     * content. A Send with none counts as empty text. Copies the text once to hash it.
     */
    public static byte[] requestHash(Send send) {
        MessageDigest digest = SHA_256.get();
        digest.reset(); // a call that ran out of memory midway must not spoil the next
        digest.update(send.getContentType().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        if (send.hasData()) {
            ByteString data = send.getData();
            digest.update((byte) 'd');
            digest.update(data.asReadOnlyByteBuffer());
        } else if (send.hasMembership()) {
            // Without what this version does not know, so that an envelope hashes as the Send it came from.
            digest.update((byte) 'm');
            digest.update(send.getMembership().toByteArray());
        } else {
            digest.update((byte) 't');
            digest.update(send.getText().getBytes(StandardCharsets.UTF_8));
        }
        return Arrays.copyOf(digest.digest(), HASH_BYTES);
    }

    /** The membership change that an envelope holds; null where its content is another. Throws on what is no envelope. */
    public static @Nullable MembershipChange membership(byte[] envelope) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(envelope);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == Envelope.MEMBERSHIP_FIELD_NUMBER) {
                    return MembershipChange.parseFrom(in.readBytes());
                }
                in.skipField(tag);
            }
            return null;
        } catch (IOException e) {
            throw new IllegalArgumentException("not an envelope", e);
        }
    }

    /** Whether {@link #membership} would find one; the content is neither parsed nor copied. */
    public static boolean isMembership(byte[] envelope) {
        try {
            CodedInputStream in = CodedInputStream.newInstance(envelope);
            for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
                if (WireFormat.getTagFieldNumber(tag) == Envelope.MEMBERSHIP_FIELD_NUMBER) {
                    return true;
                }
                in.skipField(tag);
            }
            return false;
        } catch (IOException e) {
            throw new IllegalArgumentException("not an envelope", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
