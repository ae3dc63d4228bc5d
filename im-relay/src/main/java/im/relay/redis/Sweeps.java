package im.relay.redis;

import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Time retention: behind a move of a partition or a bucket, at most once in a while and one call at a time, a little is
 * swept; where there was more to do the next move does it. Any thread.
 */
final class Sweeps {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeps.class);

    private final Redis redis;
    private final IntFunction<Call> script;
    private final long everyNanos;
    private final LongSupplier nanos;
    /** When the next is due; {@link Long#MAX_VALUE} while one is under way. One entry a partition or bucket. */
    private final Map<Integer, Long> due = new ConcurrentHashMap<>();

    /** @param script of a partition or a bucket; answers how many had something to drop, and 1 when there may be more of them */
    Sweeps(Redis redis, IntFunction<Call> script, Duration every, LongSupplier nanos) {
        this.redis = redis;
        this.script = script;
        this.everyNanos = every.toNanos();
        this.nanos = nanos;
    }

    /** What is there is where its writer believes it to be. */
    void moved(int which) {
        long now = nanos.getAsLong();
        Long at = due.putIfAbsent(which, Long.MAX_VALUE);
        if (at == null || (at != Long.MAX_VALUE && now - at >= 0 && due.replace(which, at, Long.MAX_VALUE))) {
            redis.call(script.apply(which))
                    .whenComplete((reply, thrown) -> ended(which, thrown == null && reply.number(1) == 1, thrown));
        }
    }

    private void ended(int which, boolean more, @Nullable Throwable thrown) {
        long now = nanos.getAsLong();
        due.put(which, more ? now : now + everyNanos);
        if (thrown != null) {
            LOG.atDebug().addKeyValue("of", which).addKeyValue("cause", thrown).log("sweep failed");
        }
    }
}
