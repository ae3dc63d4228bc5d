package im.gateway.edge;

import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.TcpCodec;
import im.protocol.codec.Wire;
import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;

/** Frames with a length before them, nothing else. Ends with a Close frame, then the end of our stream. */
final class TcpConnection extends NettyConnection {

    TcpConnection(EdgeLoop edge) {
        super(edge, null);
    }

    @Override
    public Wire wire() {
        return BinaryWire.TCP;
    }

    @Override
    boolean decode(ByteBuf in) throws ProtocolException {
        if (isEnded()) {
            in.skipBytes(in.readableBytes());
            return false;
        }
        ByteBuf body = TcpCodec.tryDecode(in, awaitsHello() ? Limits.HANDSHAKE_BYTES : wire().frameBytes());
        if (body == null) {
            return false;
        }
        frame(body);
        return true;
    }

    @Override
    void greeted() {}

    @Override
    void writeFarewell(CloseReason reason, Close close) {
        send(wire().encode(Frame.newBuilder().setClose(close).build(), alloc()));
    }

    @Override
    boolean awaitsAnswer() {
        return false;
    }

    @Override
    void releaseCodec() {}
}
