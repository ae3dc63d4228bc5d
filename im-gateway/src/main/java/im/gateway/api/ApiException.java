package im.gateway.api;

import im.protocol.v1.Code;
import im.router.StageFailure;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A request that is refused as a whole. */
final class ApiException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Code code;

    ApiException(Code code, String text) {
        this(code, text, null);
    }

    private ApiException(Code code, String text, @Nullable Throwable cause) {
        super(text, cause, false, false);
        this.code = code;
    }

    static ApiException malformed(String text) {
        return new ApiException(Code.MALFORMED, text);
    }

    /**
     * What another party tells, or that it does not now.
     *
     * @param asked exceptionally when it has no answer
     */
    static <T> CompletionStage<T> ifTold(CompletionStage<T> asked) {
        return asked.handle((told, failure) -> {
            if (failure != null) {
                throw new ApiException(
                        Code.UNAVAILABLE, "what was asked cannot be told now", StageFailure.cause(failure));
            }
            return told;
        });
    }

    Code code() {
        return code;
    }

    /** Of the answer. */
    static int status(Code code) {
        return switch (code) {
            case MALFORMED, BAD_RANGE, UNSUPPORTED -> 400;
            case UNAUTHENTICATED -> 401;
            case FORBIDDEN -> 403;
            case NOT_FOUND -> 404;
            case CONFLICT -> 409;
            case TOO_LARGE -> 413;
            case RATE_LIMITED -> 429;
            case UNAVAILABLE, OVERLOADED, UNKNOWN_OUTCOME -> 503;
            default -> 500;
        };
    }
}
