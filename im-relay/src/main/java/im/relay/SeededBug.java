package im.relay;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Faults put in on purpose, so that the test harness can prove it finds them: {@code -Dim.test.seeded-bug=NAME}. A
 * server without {@code --dev} refuses to start with one.
 */
public enum SeededBug {
    /** The log answers and pushes before it has written. */
    COMMIT_BEFORE_EFFECT,
    /** The user's index is written after the message's batch, not with it. */
    INDEX_AFTER_BATCH,
    /** A retry is not recognized. */
    NO_DEDUPE_ON_RECONNECT,
    /** The gateway says OK before the log has answered. */
    RESULT_BEFORE_CALLBACK,
    /** The route is registered only when catch-up is over, and nothing mends what that misses. */
    REGISTER_AFTER_SYNC,
    /** A session never compares what it has with what there is, once it is live. */
    NO_TAIL_CHECK,
    /** The relay moves the view from wherever it stands. Cluster only. */
    NO_APPLIED_CHECK;

    public static final String PROPERTY = "im.test.seeded-bug";

    private static final @Nullable SeededBug ACTIVE = parse(System.getProperty(PROPERTY));

    private static @Nullable SeededBug parse(@Nullable String name) {
        return name == null || name.isEmpty()
                ? null
                : valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT));
    }

    /** The one that is switched on, or null. */
    public static @Nullable SeededBug active() {
        return ACTIVE;
    }

    public boolean isActive() {
        return ACTIVE == this;
    }
}
