package im.servers;

/** A server did not come up. The message ends with the end of its log. */
public final class ServerFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ServerFailure(String what, String tail) {
        super(what + "\n" + tail);
    }
}
