package im.relay.apply;

import im.relay.ConversationView;
import im.relay.IndexView;
import im.relay.LogReader;
import im.relay.Partitions;
import im.relay.Retention;
import im.relay.kafka.KafkaConfig;
import im.relay.kafka.KafkaLog;
import im.relay.redis.RedisConversationView;
import im.relay.redis.RedisGroupView;
import im.relay.redis.RedisIndexView;
import im.router.NodeId;
import im.router.Route;
import im.router.Routes;
import im.router.redis.Redis;
import im.router.redis.RedisConfig;
import im.router.redis.RedisStartException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** A relay of this JVM over real servers, which can be closed as it should be, or be gone. */
final class LiveRelay implements AutoCloseable {
    static final RelayConfig CONFIG = new RelayConfig(
            Duration.ofSeconds(1),
            Duration.ofMinutes(10),
            Duration.ofDays(7),
            256,
            512 * 1024,
            Duration.ofSeconds(15),
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            1 << 20);
    private static final NodeId GATEWAY = new NodeId(0, 1);

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final Relay relay;
    private final KafkaLog kafka;
    private final Redis redis;
    private final ThreadLanes lanes = new ThreadLanes(2);

    /** @param around put around the view, to fail where a test wants it */
    LiveRelay(KafkaConfig config, RedisConfig redisConfig, UnaryOperator<ConversationView> around)
            throws RedisStartException {
        kafka = KafkaLog.open(config, registry);
        redis = Redis.connect(redisConfig, registry);
        LogReader reader = kafka.reader();
        ConversationView view = around.apply(new RedisConversationView(redis, Retention.DEFAULT, kafka.logId()));
        IndexView index = new RedisIndexView(redis, Retention.DEFAULT);
        Ports ports = new Ports(
                reader,
                view,
                new RedisGroupView(redis),
                kafka.groupEvents(),
                index,
                LiveRelay::everybody,
                groups -> CompletableFuture.completedFuture(Map.of()),
                () -> List.of(GATEWAY),
                kafka.pushSender());
        relay = new Relay(ports, new Partitions(config.topics().partitions()), CONFIG, lanes, registry);
        relay.start();
    }

    private static CompletableFuture<Map<String, Routes>> everybody(java.util.Collection<String> uids) {
        Map<String, Routes> routes = new HashMap<>();
        uids.forEach(uid -> routes.put(uid, Routes.of(List.of(new Route(GATEWAY.packed(), 7)))));
        return CompletableFuture.completedFuture(routes);
    }

    double count(String meter) {
        return registry.find(meter).counters().stream()
                .mapToDouble(c -> c.count())
                .sum();
    }

    /** How many partitions it holds. */
    int partitions() {
        return registry.find("im.relay.lag.records").gauges().size();
    }

    /** Nothing of it does anything any more, in the middle of whatever it does; the group finds out. */
    void vanish() {
        lanes.close();
        kafka.close();
        redis.close();
    }

    @Override
    public void close() {
        relay.close();
        lanes.close();
        kafka.close();
        redis.close();
    }
}
