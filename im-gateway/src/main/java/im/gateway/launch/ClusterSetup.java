package im.gateway.launch;

import im.gateway.config.ClusterConfig;
import im.gateway.config.KafkaSettings;
import im.gateway.config.MessageLogConfig;
import im.gateway.config.RedisSettings;
import im.gateway.config.RedisSettings.Deployment;
import im.gateway.config.Secret;
import im.relay.Retention;
import im.relay.kafka.KafkaConfig;
import im.relay.kafka.KafkaLog;
import im.relay.kafka.KafkaStartException;
import im.relay.kafka.KafkaTimeouts;
import im.relay.kafka.TopicSettings;
import im.relay.redis.StoredLogId;
import im.router.redis.Redis;
import im.router.redis.RedisConfig;
import im.router.redis.RedisFailure;
import im.router.redis.RedisStartException;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Kafka and Redis as the configuration names them, for every process of a cluster. Blocks, at start. */
final class ClusterSetup {
    private static final int CALLS_IN_FLIGHT = 16_384;
    private static final Duration ASK_AGAIN = Duration.ofMillis(50);
    private static final long LEAST_QUEUE_BYTES = 5 << 20;

    private ClusterSetup() {}

    /** @throws CannotStart when brokers cannot be reached, refuse, or hold topics that are not as configured */
    static KafkaLog kafka(
            ClusterConfig cluster, Retention retention, Duration dedupeWindow, KafkaQueue queue, MeterRegistry metrics)
            throws CannotStart {
        try {
            return KafkaLog.open(kafkaConfig(cluster, retention, dedupeWindow, queue), metrics);
        } catch (KafkaStartException e) {
            throw new CannotStart("kafka: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw new CannotStart("kafka settings: " + e.getMessage(), e);
        }
    }

    /** What may wait for the producer. */
    record KafkaQueue(int messages, long bytes) {
        static final KafkaQueue DEFAULT = new KafkaQueue(16_384, 32 << 20);

        static KafkaQueue of(MessageLogConfig log) {
            return new KafkaQueue(log.queueMessages(), Math.max(LEAST_QUEUE_BYTES, log.queueBytes()));
        }
    }

    private static KafkaConfig kafkaConfig(
            ClusterConfig cluster, Retention retention, Duration dedupeWindow, KafkaQueue queue) throws CannotStart {
        KafkaSettings kafka = cluster.kafka();
        TopicSettings topics = TopicSettings.DEFAULT
                .withNames(kafka.topicNumber(), "")
                .withPartitions(kafka.partitions(), kafka.pushPartitions())
                .withReplication(kafka.replication(), kafka.minInsync());
        KafkaTimeouts timeouts = KafkaTimeouts.DEFAULT
                .withStart(cluster.startupTimeout())
                .withRequest(kafka.timeout())
                .withAppend(kafka.appendTimeout());
        return KafkaConfig.of(kafka.bootstrap())
                .withClient(
                        kafka.propertiesFile().isEmpty()
                                ? Map.of()
                                : properties(kafka.propertiesFile().get()))
                .withTopics(topics)
                .withRetention(retention.time(), dedupeWindow)
                .withTimeouts(timeouts)
                .withQueue(queue.messages(), queue.bytes());
    }

    private static Map<String, String> properties(Path file) throws CannotStart {
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            read.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new CannotStart("kafka.properties-file is \"" + file + "\": expected a file of properties: " + e, e);
        }
        Map<String, String> settings = new HashMap<>();
        read.stringPropertyNames().forEach(name -> settings.put(name, read.getProperty(name)));
        return settings;
    }

    /** @throws CannotStart when Redis cannot be reached, refuses, or must not be used as it is configured */
    static Redis redis(ClusterConfig cluster, MeterRegistry metrics) throws CannotStart {
        RedisSettings redis = cluster.redis();
        try {
            RedisConfig config = RedisConfig.of(
                            RedisConfig.Kind.valueOf(redis.kind().name()),
                            redis.uris(),
                            redis.kind() == Deployment.SENTINEL ? redis.master() : "")
                    .withCredentials(redis.username(), redis.password().map(Secret::text))
                    .withTlsFiles(redis.tlsFiles())
                    .withKeyPrefix(redis.prefix())
                    .withStartTimeout(cluster.startupTimeout());
            return Redis.connect(
                    config.withLimits(config.connectTimeout(), redis.timeout(), CALLS_IN_FLIGHT, config.breaker()),
                    metrics);
        } catch (RedisStartException | IllegalArgumentException e) {
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        }
    }

    /** @throws CannotStart when what Redis holds was made of another log; nothing of it means anything in this one */
    static void requireViewsOf(KafkaLog kafka, Redis redis, ClusterConfig cluster) throws CannotStart {
        StoredLogId views = new StoredLogId(redis, kafka.logId());
        long deadline = System.nanoTime() + cluster.startupTimeout().toNanos();
        while (true) {
            try {
                await(views.check(cluster.kafka().partitions()), cluster.startupTimeout(), "redis", () -> null);
                return;
            } catch (CannotStart e) {
                if (!isUnanswered(e) || System.nanoTime() - deadline >= 0) {
                    throw e;
                }
                LockSupport.parkNanos(ASK_AGAIN.toNanos());
            }
        }
    }

    private static boolean isUnanswered(CannotStart e) {
        Throwable failed = e.getCause();
        return failed != null && failed.getCause() instanceof RedisFailure;
    }

    /**
     * Waits for it; blocks.
     *
     * @param what fails, or does not answer
     * @param trouble why it does not answer, where that is known
     * @throws CannotStart when it fails, or is not there in time
     */
    static <T> T await(CompletionStage<T> stage, Duration patience, String what, Supplier<@Nullable String> trouble)
            throws CannotStart {
        try {
            return stage.toCompletableFuture().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new CannotStart(what + ": " + cause.getMessage(), e);
        } catch (TimeoutException e) {
            String why = trouble.get();
            throw new CannotStart(
                    what + ": no answer within " + patience.toSeconds() + " s" + (why == null ? "" : ": " + why), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CannotStart("interrupted", e);
        }
    }
}
