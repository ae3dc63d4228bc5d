package im.relay.redis;

/** A partition's view is not there: Redis is new or has lost it, and the relay builds it. Without a stack trace. */
final class NotThereException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotThereException() {
        super("the view is being built", null, false, false);
    }
}
