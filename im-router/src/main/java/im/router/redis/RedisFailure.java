package im.router.redis;

import im.router.StageFailure;
import java.util.Locale;

/** A call that has no answer. Without a stack trace: under load there are many. */
public final class RedisFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** Why, and whether the command may have taken effect all the same. */
    public enum Reason {
        /** No answer in time. */
        TIMEOUT(true),
        /** The connection was or is gone. */
        DISCONNECTED(true),
        /** Too many calls without an answer; not sent. */
        TOO_MANY_IN_FLIGHT(false),
        /** Too many failures of late; not sent. */
        CIRCUIT_OPEN(false),
        /** The server cannot do it now: loading, out of memory, read-only, part of the cluster missing. */
        UNAVAILABLE(false),
        /** The server does not let us: user, password or rights are not what it wants. */
        REFUSED(false),
        /** The server says that the command is wrong: an error of ours, or of a key's type. */
        ERROR(false),
        /** After {@link Redis#close}; not sent. */
        CLOSED(false);

        private final boolean unknownOutcome;

        Reason(boolean unknownOutcome) {
            this.unknownOutcome = unknownOutcome;
        }

        /** In metrics. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Reason reason;

    RedisFailure(Reason reason, String message) {
        super("redis " + reason.label() + ": " + message, null, false, false);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }

    /** Whether the command may have taken effect, or may still: a hung server executes it when it wakes. */
    public boolean outcomeUnknown() {
        return reason.unknownOutcome;
    }

    /** Whether the server answered, and will not answer otherwise as long as nobody changes anything. */
    boolean isRefusal() {
        return reason == Reason.REFUSED || reason == Reason.ERROR;
    }

    /** The failure in what a stage was completed with, or null when it is something else. */
    public static @org.jspecify.annotations.Nullable RedisFailure in(Throwable thrown) {
        Throwable cause = StageFailure.cause(thrown);
        return cause instanceof RedisFailure failure ? failure : null;
    }
}
