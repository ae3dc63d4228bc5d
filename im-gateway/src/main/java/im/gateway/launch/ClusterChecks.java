package im.gateway.launch;

import im.gateway.admin.HealthCheck;
import im.gateway.cluster.NodeLife;
import im.relay.MessageLog;
import im.relay.PushReceiver;
import im.router.NodeRegistry;
import im.router.redis.Redis;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the readiness page says of the servers that a gateway stands on, and what still works without each. Any thread.
 */
final class ClusterChecks {
    private volatile @Nullable MessageLog log;
    private volatile @Nullable Redis redis;
    private volatile @Nullable NodeRegistry registry;
    private volatile @Nullable PushReceiver pushes;
    private volatile @Nullable NodeLife life;

    List<HealthCheck> checks() {
        return List.of(
                new HealthCheck(
                        "kafka",
                        said(() -> log, MessageLog::failure, "sends are refused; what is in the store is delivered")),
                new HealthCheck(
                        "redis",
                        said(
                                () -> redis,
                                Redis::failure,
                                "sends are accepted and delivered later; nobody can connect")),
                new HealthCheck(
                        "lease",
                        said(
                                () -> life,
                                NodeLife::failure,
                                "clients stay connected; nothing is sent and nobody can connect until it is back")),
                new HealthCheck(
                        "registry",
                        said(() -> registry, NodeRegistry::failure, "everything goes on with the nodes last heard of"),
                        false),
                new HealthCheck(
                        "push-bus",
                        said(
                                () -> pushes,
                                PushReceiver::failure,
                                "messages arrive with the tail check, a heartbeat late"),
                        false));
    }

    private static <T> Supplier<@Nullable String> said(
            Supplier<@Nullable T> part, Function<T, @Nullable String> failure, String stillWorks) {
        return () -> {
            T opened = part.get();
            String why = opened == null ? null : failure.apply(opened);
            return why == null ? null : why + " (" + stillWorks + ")";
        };
    }

    void opened(MessageLog opened) {
        log = opened;
    }

    void opened(Redis opened) {
        redis = opened;
    }

    void opened(NodeRegistry opened) {
        registry = opened;
    }

    void opened(PushReceiver opened) {
        pushes = opened;
    }

    void opened(NodeLife opened) {
        life = opened;
    }
}
