package im.relay.apply;

import static im.relay.PatientAwaits.PATIENCE;

import im.relay.ConversationStore;
import im.relay.ConversationView;
import im.relay.GroupStore;
import im.relay.MessageLog;
import im.relay.Partitions;
import im.relay.kafka.KafkaConfig;
import im.relay.kafka.KafkaLog;
import im.relay.redis.RedisConversationStore;
import im.relay.redis.RedisGroupStore;
import im.router.redis.Redis;
import im.router.redis.RedisConfig;
import im.router.redis.RedisStartException;
import im.servers.Address;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A log and a store on real servers, both empty, and as many relays between them as a test wants. */
abstract class RelaysOverServers {
    static final int PARTITIONS = 4;
    /** A relay gives a call up after that; less than it waits for any port. */
    private static final Duration RELAYS_REDIS = Duration.ofSeconds(10);
    /** What a test reads has to be there. */
    private static final Duration READERS_REDIS = Duration.ofSeconds(20);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final String redisPrefix = "t" + UUID.randomUUID().toString().substring(0, 8) + ":";
    private RedisConfig redisConfig;
    KafkaConfig config;
    MessageLog log;
    ConversationStore store;
    GroupStore groups;

    /** Topics that no other test has, of {@link #PARTITIONS}. */
    abstract KafkaConfig kafka();

    abstract Address redis();

    @BeforeEach
    void openLogAndStore() throws RedisStartException {
        config = kafka();
        redisConfig = RedisConfig.single(redis().host(), redis().port())
                .withStartTimeout(PATIENCE)
                .withKeyPrefix(redisPrefix);
        log = opened(KafkaLog.open(config, new SimpleMeterRegistry())).messages();
        Redis redis = opened(Redis.connect(answering(READERS_REDIS), new SimpleMeterRegistry()));
        store = new RedisConversationStore(redis, new Partitions(PARTITIONS));
        groups = new RedisGroupStore(redis, new Partitions(PARTITIONS));
    }

    private RedisConfig answering(Duration within) {
        return redisConfig.withLimits(
                redisConfig.connectTimeout(), within, redisConfig.maxInFlight(), redisConfig.breaker());
    }

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }

    LiveRelay relay() throws RedisStartException {
        return relay(UnaryOperator.identity());
    }

    /** @param around put around the view */
    LiveRelay relay(UnaryOperator<ConversationView> around) throws RedisStartException {
        return opened(new LiveRelay(config, answering(RELAYS_REDIS), around));
    }

    /** One that soon says so when Redis hangs. */
    LiveRelay hastyRelay() throws RedisStartException {
        return opened(new LiveRelay(config, answering(Duration.ofSeconds(1)), UnaryOperator.identity()));
    }

    void close(LiveRelay relay) {
        relay.close();
        open.remove(relay);
    }
}
