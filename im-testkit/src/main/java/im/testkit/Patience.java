package im.testkit;

import java.time.Duration;

/** How long a test waits for what has to happen. */
public final class Patience {
    /** Only what never happens is waited for so long: far longer than anything takes on a busy machine. */
    public static final Duration PATIENCE = Duration.ofMinutes(5);

    private Patience() {}
}
