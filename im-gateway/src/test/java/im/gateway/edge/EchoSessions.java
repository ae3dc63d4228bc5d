package im.gateway.edge;

import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionListener;
import im.gateway.connection.SessionOpener;
import im.protocol.CloseReason;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.Welcome;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Sessions that welcome every Hello and send every frame back. */
class EchoSessions implements SessionOpener {
    final Queue<Session> opened = new ConcurrentLinkedQueue<>();
    final Queue<CloseReason> closed = new ConcurrentLinkedQueue<>();

    @Override
    public void open(Connection connection, long ref, Hello hello) {
        Session session = newSession(connection);
        opened.add(session);
        connection.listen(session);
        session.write(Frame.newBuilder()
                .setRef(ref)
                .setWelcome(Welcome.newBuilder().setVersion(1))
                .build());
        connection.setReading(true);
    }

    /** The one that was opened last. */
    Session newest() {
        return opened.stream().reduce((first, second) -> second).orElseThrow();
    }

    Session newSession(Connection connection) {
        return new Session(connection);
    }

    class Session implements ConnectionListener {
        final Connection connection;

        Session(Connection connection) {
            this.connection = connection;
        }

        final void write(Frame frame) {
            connection.write(connection.wire().encode(frame, connection.alloc()));
        }

        @Override
        public void onFrame(Frame frame) {
            write(frame);
        }

        @Override
        public void onReadsDrained() {}

        @Override
        public void onWritable() {}

        @Override
        public void onTick() {}

        @Override
        public void onClosed(CloseReason reason) {
            closed.add(reason);
        }
    }
}
