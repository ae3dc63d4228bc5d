package im.router.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whoever holds the name that this node wants is either alive, and renews its lease before our eyes, or dead, and its
 * lease ends soon: the first is a refusal, the second is waited for. On the registry's thread only.
 */
final class NameHolder {
    /** On top of a lease, after which one that is still there is held by somebody alive. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final long longestNanos;
    private TakeSlotScript.@Nullable Holder seen;
    private long sinceNanos;

    NameHolder(Duration lease) {
        this.longestNanos = lease.toNanos() + PATIENCE_NANOS;
    }

    /** False as long as it may be dead: to be asked again soon. */
    boolean isAlive(TakeSlotScript.Holder now, long nowNanos) {
        TakeSlotScript.Holder before = seen;
        seen = now;
        if (before == null || !before.token().equals(now.token())) {
            sinceNanos = nowNanos;
            return false;
        }
        return before.deadline() != now.deadline() || nowNanos - sinceNanos > longestNanos;
    }
}
