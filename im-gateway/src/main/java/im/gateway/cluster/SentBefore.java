package im.gateway.cluster;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.Envelope;
import im.protocol.v1.Placed;
import im.relay.AppendRequest;
import im.relay.PlacedMessage;
import java.util.List;

/**
 * Whether a message stands among others already: of who sends it again since no answer came, perhaps because it went to a
 * node that is gone. No state.
 */
final class SentBefore {
    /** Of the newest that are looked at. A sender that tries again does so within seconds. */
    static final int MAX_MESSAGES = 256;

    static final int MAX_BYTES = 64 * 1024;

    private SentBefore() {}

    static boolean isIn(List<PlacedMessage> messages, AppendRequest request) {
        try {
            Envelope sent = body(Envelope.parseFrom(request.envelope()));
            for (PlacedMessage message : messages) {
                if (PlacedCodec.messageId(message.placed()).equals(sent.getMessageId())
                        && sent.equals(body(Placed.parseFrom(message.placed()).getEnvelope()))) {
                    return true;
                }
            }
            return false;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException("not an envelope", e);
        }
    }

    /** What a repeat has in common with the first: all but the gateway's clock. */
    private static Envelope body(Envelope envelope) {
        return envelope.toBuilder().clearAcceptedMs().build();
    }
}
