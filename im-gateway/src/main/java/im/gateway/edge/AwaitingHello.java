package im.gateway.edge;

import im.gateway.connection.ConnectionListener;
import im.gateway.edge.EdgeMeters.Handshake;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Frame;

/** Listens to a connection until its first frame. Event loop only. */
final class AwaitingHello implements ConnectionListener {
    /** What framing may add to a Hello of {@link Limits#HANDSHAKE_BYTES}: the longest WebSocket header. */
    private static final int FRAMING_BYTES = 14;

    private final NettyConnection connection;
    private final EdgeMeters meters;
    private final DeadlineQueue.Deadline deadline;
    private int received;

    AwaitingHello(NettyConnection connection, EdgeMeters meters, DeadlineQueue.Deadline deadline) {
        this.connection = connection;
        this.meters = meters;
        this.deadline = deadline;
        deadline.passTo(connection);
    }

    void received(int bytes) {
        received += bytes;
    }

    @Override
    public void onFrame(Frame frame) {
        if (!frame.hasHello()) {
            connection.close(CloseReason.MALFORMED, "first frame is not Hello");
            return;
        }
        deadline.end();
        meters.handshake(Handshake.HELLO);
        connection.greet(frame.getRef(), frame.getHello());
    }

    /** There was no Hello in what has been read. */
    @Override
    public void onReadsDrained() {
        if (received > Limits.HANDSHAKE_BYTES + FRAMING_BYTES) {
            connection.close(CloseReason.TOO_LARGE, "more than " + Limits.HANDSHAKE_BYTES + " bytes before Hello");
        }
    }

    @Override
    public void onWritable() {}

    @Override
    public void onTick() {}

    @Override
    public void onClosed(CloseReason reason) {
        deadline.end();
        meters.handshake(
                switch (reason) {
                    case TIMEOUT -> Handshake.TIMEOUT;
                    case PEER, IO -> Handshake.GONE;
                    default -> Handshake.REFUSED;
                });
    }
}
