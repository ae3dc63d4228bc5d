package im.gateway.connection;

import im.protocol.v1.Hello;

/** The door from the edge to the sessions. */
@FunctionalInterface
public interface SessionOpener {

    /**
     * Takes over a connection whose first frame was a Hello of at most {@link im.protocol.Limits#HANDSHAKE_BYTES}, and
     * calls {@link Connection#listen} before it returns. The Hello has been looked at by nobody: it may hold anything.
     * The connection does not read until it is told to by {@link Connection#setReading}. Event loop only.
     *
     * @param ref the frame's ref, echoed by Welcome
     */
    void open(Connection connection, long ref, Hello hello);
}
