package im.simulator.access;

/** Address or tokens cannot be had; the message names the file or URL and what was expected. */
public final class AccessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public AccessException(String message) {
        super(message);
    }
}
