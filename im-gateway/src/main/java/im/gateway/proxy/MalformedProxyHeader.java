package im.gateway.proxy;

/** Bytes that are no PROXY header, or one that lies about itself. Without a stack trace: peers cause it at will. */
public final class MalformedProxyHeader extends Exception {
    private static final long serialVersionUID = 1;

    MalformedProxyHeader(String message) {
        super(message, null, false, false);
    }
}
