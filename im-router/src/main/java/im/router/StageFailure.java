package im.router;

import java.util.concurrent.CompletionException;

/** What a stage failed of. */
public final class StageFailure {
    private StageFailure() {}

    /** Without what later stages have wrapped around it. */
    public static Throwable cause(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return thrown instanceof CompletionException && cause != null ? cause : thrown;
    }

    /** {@link #cause}, to be thrown on from a stage. */
    public static RuntimeException unchecked(Throwable thrown) {
        Throwable cause = cause(thrown);
        return cause instanceof RuntimeException known ? known : new CompletionException(cause);
    }
}
