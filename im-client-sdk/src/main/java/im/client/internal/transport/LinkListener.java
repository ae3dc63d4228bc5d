package im.client.internal.transport;

import im.protocol.v1.Frame;

/** What happens on a {@link Link}; every call is on its event loop. */
public interface LinkListener {
    /** The socket is open and, on WebSocket, upgraded: frames may be written. At most once. */
    void opened();

    /** Bytes came in; called before the frames in them. */
    void bytesRead();

    void received(Frame frame);

    /** The socket takes bytes again after {@link Link#isWritable()} was false. */
    void writable();

    /** The link is gone, or never came to be. Exactly once, and nothing after it. */
    void ended(LinkEnd end);
}
