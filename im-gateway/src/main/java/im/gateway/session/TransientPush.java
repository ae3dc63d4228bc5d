package im.gateway.session;

import com.google.protobuf.InvalidProtocolBufferException;
import im.gateway.connection.Connection;
import im.gateway.connection.Loop;
import im.gateway.service.SessionMetrics;
import im.protocol.ConversationName;
import im.protocol.v1.Envelope;
import im.protocol.v1.Frame;
import im.protocol.v1.Transient;
import im.relay.TransientMessage;

/** A transient message on its last step: written if there is room now, else dropped. Event loop only. */
final class TransientPush {
    private TransientPush() {}

    static void write(Connection connection, SessionMetrics metrics, String uid, TransientMessage message) {
        long pending = connection.pendingBytes();
        int more = message.envelope().length + 1024;
        if (pending > Loop.LOW_WATER_BYTES || !connection.loop().hasOutboundRoom(pending, more)) {
            metrics.transientDropped();
            return;
        }
        metrics.transientWritten();
        Frame frame = Frame.newBuilder()
                .setTransient(Transient.newBuilder()
                        .setConversation(
                                ConversationName.of(message.conversation(), uid).onWire())
                        .setEnvelope(envelope(message)))
                .build();
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }

    private static Envelope envelope(TransientMessage message) {
        try {
            return Envelope.parseFrom(message.envelope());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the bus carries what is no envelope", e);
        }
    }
}
