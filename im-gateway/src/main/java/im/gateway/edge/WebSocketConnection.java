package im.gateway.edge;

import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.codec.Framing;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.WebSocketCodec;
import im.protocol.codec.WebSocketEvent;
import im.protocol.codec.Wire;
import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Frames as messages, binary or text as the subprotocol says. Exactly one close frame goes out: ours, or the echo of the peer's. After ours the socket
 * stays open until the peer's has come; after the peer's, or when nothing it sends can be read any more, our side closes
 * at once.
 */
final class WebSocketConnection extends NettyConnection {
    /** Pings, pongs and the like that a peer may send in one heartbeat. */
    static final int CONTROL_FRAMES = 32;

    private final Subprotocol subprotocol;
    private WebSocketCodec codec;
    private boolean closeSent;
    private boolean peerDone;
    private int controlFrames;
    private int heartbeat;

    WebSocketConnection(EdgeLoop edge, DeadlineQueue.Deadline handshakeDeadline, Subprotocol subprotocol) {
        super(edge, handshakeDeadline);
        this.subprotocol = subprotocol;
        this.codec = codec(Limits.HANDSHAKE_BYTES);
    }

    private WebSocketCodec codec(int maxMessageBytes) {
        return new WebSocketCodec(WebSocketCodec.Role.SERVER, subprotocol.accepts, maxMessageBytes);
    }

    @Override
    public Wire wire() {
        return subprotocol.wire;
    }

    @Override
    boolean decode(ByteBuf in) throws ProtocolException {
        WebSocketEvent event = next(in);
        if (event instanceof WebSocketEvent.Message) {
            frame(((WebSocketEvent.Message) event).payload());
        } else if (event instanceof WebSocketEvent.Close) {
            peerClosed((WebSocketEvent.Close) event);
        } else if (event != null) {
            control(event);
        }
        return event != null;
    }

    private @Nullable WebSocketEvent next(ByteBuf in) throws ProtocolException {
        try {
            return codec.tryDecode(in, alloc());
        } catch (ProtocolException e) {
            peerDone = true;
            if (isEnded()) {
                endOutput();
            }
            if (awaitsHello() && e.reason() == CloseReason.MESSAGE_TOO_BIG) {
                throw new ProtocolException(
                        CloseReason.TOO_LARGE, "more than " + Limits.HANDSHAKE_BYTES + " bytes before Hello");
            }
            throw e;
        }
    }

    private void control(WebSocketEvent event) {
        if (isEnded()) {
            return;
        }
        int now = (int) (loop().nowMillis() / edge().config().heartbeat().toMillis());
        if (now != heartbeat) {
            heartbeat = now;
            controlFrames = 0;
        }
        if (++controlFrames > CONTROL_FRAMES) {
            int retryAfterMs = (int) edge().config().heartbeat().toMillis();
            close(
                    CloseReason.RATE_LIMITED,
                    "more than " + CONTROL_FRAMES + " control frames in a heartbeat",
                    retryAfterMs,
                    0);
        } else if (event instanceof WebSocketEvent.Ping) {
            send(WebSocketCodec.encodePong(((WebSocketEvent.Ping) event).payload(), Framing.WEBSOCKET_SERVER, alloc()));
        }
    }

    private void peerClosed(WebSocketEvent.Close close) {
        peerDone = true;
        if (!closeSent) {
            closeSent = true;
            send(WebSocketCodec.encodeClose(close.code(), "", Framing.WEBSOCKET_SERVER, alloc()));
        }
        if (isEnded()) {
            endOutput();
        } else {
            end(CloseReason.PEER);
        }
    }

    @Override
    void greeted() {
        codec.release();
        codec = codec(wire().frameBytes());
    }

    /** What is wrong with the WebSocket itself is said by the close frame alone. */
    @Override
    void writeFarewell(CloseReason reason, Close close) {
        boolean ofWebSocket = reason.code() >= CloseReason.PROTOCOL_ERROR.code() && reason.code() < 4000;
        if (!ofWebSocket) {
            send(wire().encode(Frame.newBuilder().setClose(close).build(), alloc()));
        }
        closeSent = true;
        send(WebSocketCodec.encodeClose(reason.code(), close.getText(), Framing.WEBSOCKET_SERVER, alloc()));
    }

    @Override
    boolean awaitsAnswer() {
        return !peerDone;
    }

    @Override
    void releaseCodec() {
        codec.release();
    }
}
