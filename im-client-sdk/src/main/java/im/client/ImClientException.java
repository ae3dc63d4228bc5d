package im.client;

/** A connection that is refused for good, or a blocking call that ended without its result. */
public final class ImClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int closeCode;

    ImClientException(int closeCode, String message) {
        super(message);
        this.closeCode = closeCode;
    }

    /** The gateway's close code (4401 token refused, 4409 displaced, …); 0 when no gateway said one. */
    public int closeCode() {
        return closeCode;
    }
}
