package im.relay;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.v1.Envelope;
import im.protocol.v1.Placed;
import java.nio.ByteBuffer;

/** Messages as tests write them. */
public final class Requests {
    private Requests() {}

    /** The hash and the accepted time follow from text and id. */
    public static AppendRequest message(String from, String to, long id, String text) {
        MessageId messageId = new MessageId(0x7000, id);
        byte[] envelope = Envelope.newBuilder()
                .setMessageId(messageId.toString())
                .setSender(from)
                .setAcceptedMs(acceptedMs(id))
                .setText(text)
                .build()
                .toByteArray();
        byte[] hash = ByteBuffer.allocate(16)
                .putInt(text.hashCode())
                .putInt(text.length())
                .array();
        return new AppendRequest(ConversationKey.direct(from, to), from, messageId, hash, acceptedMs(id), envelope);
    }

    public static AppendOutcome accepted(long id) {
        return new AppendOutcome.Accepted(acceptedMs(id));
    }

    public static String text(PlacedMessage message) {
        return placed(message).getEnvelope().getText();
    }

    public static Placed placed(PlacedMessage message) {
        try {
            return Placed.parseFrom(message.placed());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    private static long acceptedMs(long id) {
        return 1_000_000 + id;
    }
}
