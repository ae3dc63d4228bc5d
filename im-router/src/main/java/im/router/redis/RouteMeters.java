package im.router.redis;

import im.router.memory.LocalRoutes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** {@code im_routes_…}. Safe from any thread. */
final class RouteMeters {
    final Counter mended;
    final Counter displaced;
    final Counter withdrawn;
    final Counter notWithdrawn;
    final Counter forgotten;

    RouteMeters(MeterRegistry registry, LocalRoutes local) {
        mended = counter(registry, "im.routes.mended", "routes of this node that were missing and were written again");
        displaced = counter(
                registry,
                "im.routes.displaced",
                "routes of this node that a larger attempt was found to hold elsewhere");
        withdrawn = counter(registry, "im.routes.withdrawn", "removals that had failed and were made later");
        notWithdrawn = counter(
                registry,
                "im.routes.not.withdrawn",
                "removals given up; the route goes with its node or the next connect");
        forgotten = counter(registry, "im.routes.forgotten", "routes of dead nodes that were removed");
        Gauge.builder("im.routes.here", local, LocalRoutes::size)
                .description("routes that this node registered")
                .register(registry);
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder(name).description(description).register(registry);
    }
}
