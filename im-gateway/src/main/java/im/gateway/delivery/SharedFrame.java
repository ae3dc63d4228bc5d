package im.gateway.delivery;

import im.gateway.connection.Connection;
import im.protocol.ConversationName;
import im.protocol.codec.Wire;
import im.relay.PlacedMessage;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The live Deliver frame of a group's message, encoded once for each wire format of one loop. Whoever made it releases
 * it; what {@link #of} returns is the caller's. Event loop only.
 */
public final class SharedFrame {
    private final PlacedMessage message;
    private @Nullable Wire wire;
    private @Nullable ByteBuf encoded;
    private @Nullable SharedFrame other;

    public SharedFrame(PlacedMessage message) {
        this.message = message;
    }

    ByteBuf of(Connection connection) {
        ByteBuf known = encoded;
        if (known == null) {
            wire = connection.wire();
            known = connection
                    .wire()
                    .encodeDeliver(
                            ConversationName.group(message.conversation().group()),
                            List.of(message.placed()),
                            false,
                            0,
                            connection.alloc());
            encoded = known;
        } else if (wire != connection.wire()) {
            SharedFrame next = other == null ? new SharedFrame(message) : other;
            other = next;
            return next.of(connection);
        }
        return known.retainedDuplicate();
    }

    public void release() {
        if (encoded != null) {
            encoded.release();
            encoded = null;
        }
        if (other != null) {
            other.release();
        }
    }
}
