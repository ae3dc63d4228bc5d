package im.gateway.connection;

import im.protocol.v1.Hello;

/** The door from the edge to the sessions. */
@FunctionalInterface
public interface SessionOpener {

    /**
     * Takes over a connection whose first frame was a Hello of at most {@link im.protocol.Limits#HANDSHAKE_BYTES}. The
     * connection does not read until the session has answered with Welcome and called
     * {@link Connection#setReading}. Event loop only.
     *
     * <p>If the connection is closed before this returns, what is returned hears {@link ConnectionListener#onClosed}
     * right afterwards. A Hello is looked at by nobody before: it may hold anything.
     *
     * @param ref the frame's ref, echoed by Welcome
     * @return who hears what follows
     */
    ConnectionListener open(Connection connection, long ref, Hello hello);
}
