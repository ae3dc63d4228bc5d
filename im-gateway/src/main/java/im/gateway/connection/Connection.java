package im.gateway.connection;

import im.protocol.CloseReason;
import im.protocol.codec.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** One socket's life on this node. Event loop only, except {@link #id()}. */
public interface Connection {

    /** {@link ConnectionIds}: loop, slot, generation. Never 0, never used again while the process lives. */
    long id();

    Wire wire();

    ByteBufAllocator alloc();

    /** The loop that owns this connection. */
    Loop loop();

    /**
     * Queues one encoded frame; the bytes leave together at the end of the loop's turn. The buffer is the connection's
     * from now on, and is released also when the connection is closed already.
     */
    void write(ByteBuf frame);

    /** Who hears from this connection from now on; if it is closed already, that, at once. */
    void listen(ConnectionListener listener);

    /** Bytes queued and not yet taken by the kernel, and for each buffer what its entry in the queue takes. */
    long pendingBytes();

    /** Stops or goes on reading from the socket. While stopped, the peer's bytes wait in the kernel. */
    void setReading(boolean on);

    /** {@link Loop#nowMillis()} when bytes last arrived. */
    long lastReadMillis();

    /** {@link Loop#nowMillis()} when the kernel was last seen to have taken bytes, or the queue to be empty. */
    long lastProgressMillis();

    /** {@link #close(CloseReason, String, int, long)} without advice. */
    default void close(CloseReason reason, String text) {
        close(reason, text, 0, 0);
    }

    /**
     * Sends a Close frame (and, on WebSocket, the close frame), then closes the socket, by force after 5 s. The first
     * call counts; the listener hears {@link ConnectionListener#onClosed} before this returns, and nothing after it.
     *
     * @param retryAfterMs 0 where there is no advice
     * @param attempt with {@link CloseReason#OLDER_ATTEMPT} the stored attempt, else 0
     */
    void close(CloseReason reason, String text, int retryAfterMs, long attempt);
}
