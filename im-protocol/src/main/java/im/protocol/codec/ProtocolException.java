package im.protocol.codec;

import im.protocol.CloseReason;

/**
 * The peer sent what the protocol forbids, and the connection has to be closed with {@link #reason()}. Has no stack
 * trace, so that bad input costs little. The message is for logs and for the close frame: it never quotes what the
 * peer sent, numbers apart.
 */
public final class ProtocolException extends Exception {
    private static final long serialVersionUID = 1L;

    private final CloseReason reason;

    public ProtocolException(CloseReason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    public CloseReason reason() {
        return reason;
    }
}
