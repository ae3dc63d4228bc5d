package im.client;

import org.jspecify.annotations.Nullable;

/** A connection that is refused for good, or a blocking call that ended without its result. */
public final class ImClientException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int closeCode;
    private final @Nullable ErrorCode refusal;

    ImClientException(int closeCode, String message) {
        super(message);
        this.closeCode = closeCode;
        this.refusal = null;
    }

    /** A question that the gateway refused. */
    ImClientException(ErrorCode refusal, String message) {
        super(message);
        this.closeCode = 0;
        this.refusal = refusal;
    }

    /** Null when it was not a refusal of a question. */
    public @Nullable ErrorCode refusal() {
        return refusal;
    }

    /** The gateway's close code (4401 token refused, 4409 displaced, …); 0 when no gateway said one. */
    public int closeCode() {
        return closeCode;
    }
}
