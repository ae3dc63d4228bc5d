package im.relay.kafka;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What each kind of client is made with. */
final class ClientSettings {
    /** Of one produce request, and so of one partition's batch in it. */
    static final int MAX_REQUEST_BYTES = 1 << 20;

    private static final int RETRY_MS = 50;
    private static final int RECONNECT_MAX_MS = 1_000;

    private final KafkaConfig config;

    ClientSettings(KafkaConfig config) {
        this.config = config;
    }

    Properties admin() {
        Map<String, Object> settings = shared("admin", config.timeouts().requestMs());
        settings.put(
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                config.timeouts().requestMs());
        return properties(settings);
    }

    /**
     * For messages: every copy that must have it has it before it counts, and no retry of the producer's doubles it.
     * Linger is 0 and two requests a broker may be under way: what comes while both are shares the next one, so batches
     * grow with what waits and nothing waits where there is room.
     */
    Properties messages() {
        int delivery = config.timeouts().deliveryMs();
        Map<String, Object> settings = shared("log", Math.min(config.timeouts().requestMs(), delivery / 2));
        producer(settings, delivery);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 2);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, config.queueBytes());
        settings.put(
                ProducerConfig.MAX_BLOCK_MS_CONFIG, Math.min(config.timeouts().requestMs(), 5_000));
        return properties(settings);
    }

    /** For what became of groups: as messages, with little waiting. */
    Properties groups() {
        Properties all = messages();
        all.put(CommonClientConfigs.CLIENT_ID_CONFIG, config.topics().prefix() + "im-groups");
        all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
        return all;
    }

    /** For the log's identity. */
    Properties identity() {
        Map<String, Object> settings = shared("identity", config.timeouts().requestMs());
        producer(settings, config.timeouts().requestMs() * 2);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, config.timeouts().requestMs());
        return properties(settings);
    }

    /** For pushes, which are hints: one copy does, and what is late is of no use. */
    Properties pushes() {
        int request = Math.min(config.timeouts().requestMs(), 2_000);
        Map<String, Object> settings = shared("push", request);
        producer(settings, 2 * request);
        settings.put(ProducerConfig.ACKS_CONFIG, "1");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, request);
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
        return properties(settings);
    }

    /** For the topic of those who wake phones: kept as the log is, but what is very late is of no use. */
    Properties offline() {
        Map<String, Object> settings = shared("offline", config.timeouts().requestMs());
        producer(settings, config.timeouts().requestMs() * 3);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        settings.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, config.timeouts().requestMs());
        settings.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16L << 20);
        return properties(settings);
    }

    /** A consumer that is told its partitions and its offsets, and never guesses. */
    Properties consumer(String name) {
        Map<String, Object> settings = shared(name, config.timeouts().requestMs());
        settings.put(
                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, config.timeouts().requestMs());
        settings.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 1);
        return properties(settings);
    }

    /** A member of the relays' group. */
    Properties member(boolean newProtocol) {
        Properties settings = consumer("relay");
        settings.put(ConsumerConfig.GROUP_ID_CONFIG, config.topics().group());
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 2_000);
        settings.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 1 << 20);
        settings.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 60_000);
        if (newProtocol) {
            settings.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "consumer");
        } else {
            int session = (int) config.timeouts().session().toMillis();
            settings.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, session);
            settings.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Math.min(session / 3, 1_000));
            settings.put(
                    ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                    "org.apache.kafka.clients.consumer.CooperativeStickyAssignor");
        }
        return settings;
    }

    private static void producer(Map<String, Object> settings, int deliveryMs) {
        settings.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        settings.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, deliveryMs);
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, MAX_REQUEST_BYTES);
    }

    private Map<String, Object> shared(String name, int requestMs) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(CommonClientConfigs.RETRY_BACKOFF_MS_CONFIG, RETRY_MS);
        settings.put(CommonClientConfigs.RECONNECT_BACKOFF_MAX_MS_CONFIG, RECONNECT_MAX_MS);
        settings.putAll(config.client());
        settings.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, config.bootstrap());
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, config.topics().prefix() + "im-" + name);
        settings.put(CommonClientConfigs.REQUEST_TIMEOUT_MS_CONFIG, requestMs);
        settings.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
        settings.put("enable.metrics.push", false);
        return settings;
    }

    private static Properties properties(Map<String, Object> settings) {
        Properties properties = new Properties();
        properties.putAll(settings);
        return properties;
    }
}
