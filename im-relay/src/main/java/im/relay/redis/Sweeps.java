package im.relay.redis;

import im.router.redis.Redis;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Time retention: behind a partition's move, at most once in a while and one call at a time, a few conversations are
 * swept; where there was more to do the next move does it. Any thread.
 */
final class Sweeps {
    private static final Logger LOG = LoggerFactory.getLogger(Sweeps.class);
    private static final long EVERY_NANOS = 1_000_000_000;

    private final Redis redis;
    private final SweepScript script;
    private final LongSupplier nanos;
    /** When the next is due; {@link Long#MAX_VALUE} while one is under way. One entry a partition. */
    private final Map<Integer, Long> due = new ConcurrentHashMap<>();

    Sweeps(Redis redis, SweepScript script, LongSupplier nanos) {
        this.redis = redis;
        this.script = script;
        this.nanos = nanos;
    }

    /** The partition's view is where its writer believes it to be. */
    void moved(int partition) {
        long now = nanos.getAsLong();
        Long at = due.putIfAbsent(partition, Long.MAX_VALUE);
        if (at == null || (at != Long.MAX_VALUE && now - at >= 0 && due.replace(partition, at, Long.MAX_VALUE))) {
            redis.call(script.sweep(partition))
                    .whenComplete((reply, thrown) ->
                            ended(partition, thrown == null && reply.number() >= SweepScript.CONVERSATIONS, thrown));
        }
    }

    private void ended(int partition, boolean more, @org.jspecify.annotations.Nullable Throwable thrown) {
        long now = nanos.getAsLong();
        due.put(partition, more ? now : now + EVERY_NANOS);
        if (thrown != null) {
            LOG.atDebug()
                    .addKeyValue("partition", partition)
                    .addKeyValue("cause", thrown)
                    .log("sweep failed");
        }
    }
}
