package im.relay.kafka;

import java.time.Duration;

/**
 * How long Kafka may take over what.
 *
 * @param start until brokers are reached, topics made and checked and the identity is settled; 1 s or more
 * @param request of a single request, and of any other call; 500 ms or more
 * @param append from a message's arrival to an outcome, 1 s or more: a third of it may be spent waiting here, after which
 *     the message is not appended any more, the rest is the producer's
 * @param session after which a reader that is silent loses its partitions; 6 s is the least that brokers allow by default
 * @param revoke that a reader's partition is kept while its owner finishes
 */
public record KafkaTimeouts(Duration start, Duration request, Duration append, Duration session, Duration revoke) {
    public static final KafkaTimeouts DEFAULT = new KafkaTimeouts(
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(10),
            Duration.ofSeconds(5));

    public KafkaTimeouts {
        require("start", start, 1_000);
        require("request", request, 500);
        require("append", append, 1_000);
        require("session", session, 1_000);
        require("revoke", revoke, 100);
    }

    public KafkaTimeouts withStart(Duration value) {
        return new KafkaTimeouts(value, request, append, session, revoke);
    }

    public KafkaTimeouts withRequest(Duration value) {
        return new KafkaTimeouts(start, value, append, session, revoke);
    }

    public KafkaTimeouts withAppend(Duration value) {
        return new KafkaTimeouts(start, request, value, session, revoke);
    }

    public KafkaTimeouts withSession(Duration value) {
        return new KafkaTimeouts(start, request, append, value, revoke);
    }

    int requestMs() {
        return (int) request.toMillis();
    }

    /** How long a message may wait here for its turn. */
    long waitNanos() {
        return append.toNanos() / 3;
    }

    /** What is left for the producer. */
    int deliveryMs() {
        return (int) (append.toMillis() - append.toMillis() / 3);
    }

    private static void require(String name, Duration value, long leastMs) {
        if (value.toMillis() < leastMs || value.toMillis() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "timeouts." + name + "=" + value + ", expected " + Duration.ofMillis(leastMs) + " or more");
        }
    }
}
