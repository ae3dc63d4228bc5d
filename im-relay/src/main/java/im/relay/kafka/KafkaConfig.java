package im.relay.kafka;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * Where Kafka is and how it is used.
 *
 * @param bootstrap brokers to begin with, HOST:PORT
 * @param client settings handed to every client as they are: security.*, sasl.*, ssl.* and those of the network
 * @param retention R: how long messages are held for devices
 * @param dedupeWindow W: how long a retry is recognized
 * @param queueMessages that may wait for the producer, 64 or more
 * @param queueBytes of envelopes that may wait for the producer, 5 MiB or more, which is above a full batch
 */
public record KafkaConfig(
        List<String> bootstrap,
        Map<String, String> client,
        TopicSettings topics,
        Duration retention,
        Duration dedupeWindow,
        KafkaTimeouts timeouts,
        int queueMessages,
        long queueBytes) {
    private static final long MIB = 1 << 20;
    private static final List<String> CLIENT_SETTINGS = List.of(
            "security.",
            "sasl.",
            "ssl.",
            "client.dns.lookup",
            "client.rack",
            "connections.max.idle.ms",
            "metadata.max.age.ms",
            "metadata.recovery.",
            "receive.buffer.bytes",
            "reconnect.backoff.",
            "retry.backoff.",
            "send.buffer.bytes",
            "socket.connection.setup.timeout.");

    public KafkaConfig {
        bootstrap = List.copyOf(bootstrap);
        client = Map.copyOf(client);
        if (bootstrap.isEmpty()) {
            throw new IllegalArgumentException("bootstrap is empty, expected HOST:PORT");
        }
        for (String key : new TreeSet<>(client.keySet())) {
            if (CLIENT_SETTINGS.stream().noneMatch(key::startsWith)) {
                throw new IllegalArgumentException(
                        "kafka client setting " + key + " is not one to set, expected one of " + CLIENT_SETTINGS);
            }
        }
        require("retention in ms", retention.toMillis(), 1_000, Long.MAX_VALUE / 4);
        require("dedupeWindow in ms", dedupeWindow.toMillis(), 1_000, Long.MAX_VALUE / 4);
        require("queueMessages", queueMessages, 64, 10_000_000);
        require("queueBytes", queueBytes, 5 * MIB, Long.MAX_VALUE);
        if (timeouts.append().compareTo(dedupeWindow.dividedBy(4)) > 0) {
            throw new IllegalArgumentException("timeouts.append=" + timeouts.append()
                    + ", expected at most a quarter of dedupeWindow, which is " + dedupeWindow);
        }
    }

    public static KafkaConfig of(List<String> bootstrap) {
        return new KafkaConfig(
                bootstrap,
                Map.of(),
                TopicSettings.DEFAULT,
                Duration.ofDays(7),
                Duration.ofMinutes(10),
                KafkaTimeouts.DEFAULT,
                65_536,
                64 * MIB);
    }

    public KafkaConfig withClient(Map<String, String> settings) {
        return new KafkaConfig(
                bootstrap, settings, topics, retention, dedupeWindow, timeouts, queueMessages, queueBytes);
    }

    public KafkaConfig withTopics(TopicSettings changed) {
        return new KafkaConfig(
                bootstrap, client, changed, retention, dedupeWindow, timeouts, queueMessages, queueBytes);
    }

    public KafkaConfig withRetention(Duration held, Duration window) {
        return new KafkaConfig(bootstrap, client, topics, held, window, timeouts, queueMessages, queueBytes);
    }

    public KafkaConfig withTimeouts(KafkaTimeouts changed) {
        return new KafkaConfig(bootstrap, client, topics, retention, dedupeWindow, changed, queueMessages, queueBytes);
    }

    public KafkaConfig withQueue(int messages, long bytes) {
        return new KafkaConfig(bootstrap, client, topics, retention, dedupeWindow, timeouts, messages, bytes);
    }

    /** How long the log keeps a message, so that the window can be rebuilt for the oldest that devices may ask for (D10). */
    Duration logRetention() {
        return retention.plus(dedupeWindow);
    }

    /** Without the values of {@code client}, which has passwords. */
    @Override
    public String toString() {
        return "KafkaConfig[bootstrap=" + bootstrap + ", client=" + new TreeSet<>(client.keySet()) + ", topics="
                + topics + "]";
    }

    static void require(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + "=" + value + ", expected " + least + " to " + most);
        }
    }
}
