package im.router.redis;

import im.router.Nodes;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Routes of nodes without a lease. They mean nothing, but their attempts count; so they are removed when they are read
 * and their node has been dead for a while, in which a registration that was on its way has arrived. Any thread.
 */
final class DeadRoutes {
    static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final int NODES = 1_024;
    private static final int AT_ONCE = 64;

    private final Redis redis;
    private final LongSupplier nanos;
    private final RouteMeters meters;

    /** Packed node → when it was first found dead. */
    private final Map<Long, Long> deadSince = new ConcurrentHashMap<>();

    private volatile long revision;
    private final AtomicInteger removing = new AtomicInteger();

    DeadRoutes(Redis redis, LongSupplier nanos, RouteMeters meters) {
        this.redis = redis;
        this.nanos = nanos;
        this.meters = meters;
    }

    /** To be told with each read, so that a node that is alive again has all its time when it dies again. */
    void nodes(Nodes now) {
        if (now.revision() != revision) {
            revision = now.revision();
            deadSince.keySet().removeIf(now::isLive);
        }
    }

    /** Does nothing before it is known who is alive. */
    void seen(String uid, byte[] device, byte[] route, long node) {
        if (revision == 0) {
            return;
        }
        long now = nanos.getAsLong();
        Long since = deadSince.putIfAbsent(node, now);
        if (since == null) {
            if (deadSince.size() > NODES) {
                deadSince.clear();
            }
            return;
        }
        if (now - since < PATIENCE.toNanos()) {
            return;
        }
        if (removing.incrementAndGet() > AT_ONCE) {
            removing.decrementAndGet();
            return;
        }
        redis.call(ForgetRouteScript.call(redis, uid, device, route)).whenComplete((reply, thrown) -> {
            removing.decrementAndGet();
            if (thrown == null) {
                meters.forgotten.increment(reply.number());
            }
        });
    }
}
