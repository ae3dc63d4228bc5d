package im.client;

import im.client.internal.order.Settlement;
import im.protocol.v1.Code;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/** The future of one send; takes its outcome in the protocol's words. */
final class SendPromise implements Settlement {
    final CompletableFuture<SendOutcome> future = new CompletableFuture<>();
    private final String messageId;
    private final Runnable settled;
    private Runnable forget = () -> {};

    /**
     * @param settled run once, before the future completes
     */
    SendPromise(String messageId, Runnable settled) {
        this.messageId = messageId;
        this.settled = settled;
    }

    /** @param forget forgets what was kept of the send; run when it has its outcome */
    void keptAs(Runnable forget) {
        this.forget = forget;
    }

    @Override
    public void accepted(long acceptedMillis) {
        complete(new SendOutcome.Accepted(messageId, Instant.ofEpochMilli(acceptedMillis)));
    }

    @Override
    public void rejected(Code code, String text) {
        complete(new SendOutcome.Rejected(messageId, errorCode(code), text));
    }

    @Override
    public void unknown(String why) {
        complete(new SendOutcome.Unknown(messageId, why));
    }

    /** Not forgotten: the next run goes on with what was kept. */
    @Override
    public void left(String why) {
        settled.run();
        future.complete(new SendOutcome.Unknown(messageId, why));
    }

    private void complete(SendOutcome outcome) {
        forget.run();
        settled.run();
        future.complete(outcome);
    }

    static ErrorCode errorCode(Code code) {
        return switch (code) {
            case MALFORMED -> ErrorCode.MALFORMED;
            case UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
            case FORBIDDEN -> ErrorCode.FORBIDDEN;
            case NOT_FOUND -> ErrorCode.NOT_FOUND;
            case TOO_LARGE -> ErrorCode.TOO_LARGE;
            case RATE_LIMITED -> ErrorCode.RATE_LIMITED;
            case OVERLOADED -> ErrorCode.OVERLOADED;
            case UNAVAILABLE -> ErrorCode.UNAVAILABLE;
            case CONFLICT -> ErrorCode.CONFLICT;
            case UNSUPPORTED -> ErrorCode.UNSUPPORTED;
            case BAD_RANGE -> ErrorCode.BAD_RANGE;
            case OUT_OF_ORDER -> ErrorCode.OUT_OF_ORDER;
            case EXPIRED -> ErrorCode.EXPIRED;
            case OK, INTERNAL, UNKNOWN_OUTCOME, CODE_UNSPECIFIED, UNRECOGNIZED -> ErrorCode.INTERNAL;
        };
    }
}
