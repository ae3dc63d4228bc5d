package im.relay.kafka;

import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks every few seconds whether brokers answer, and whether the topic is still the one that the epochs are about. {@link
 * #look} is the poll thread's and does not block.
 */
final class TopicWatch {
    private static final Logger LOG = LoggerFactory.getLogger(TopicWatch.class);
    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final KafkaConfig config;
    private final Identity identity;
    private final Admin admin;
    private final Runnable anew;
    private long lookedNanos = System.nanoTime();
    private volatile @Nullable String failure;

    /** @param anew run on any thread when the topic is another one, and the identity has its new epochs */
    TopicWatch(KafkaConfig config, Identity identity, Admin admin, Runnable anew) {
        this.config = config;
        this.identity = identity;
        this.admin = admin;
        this.anew = anew;
    }

    /** Null while brokers answer and the topic is as it must be. */
    @Nullable String failure() {
        return failure;
    }

    void look() {
        long now = System.nanoTime();
        if (now - lookedNanos < EVERY_NANOS) {
            return;
        }
        lookedNanos = now;
        Topics.describe(admin, config.topics().messages(), new DescribeTopicsOptions().timeoutMs((int)
                                TimeUnit.NANOSECONDS.toMillis(EVERY_NANOS)))
                .whenComplete(this::seen);
    }

    /** Messages go where the configured number says, so more of them are of no harm but hold nothing (D9). */
    private @Nullable String wrongCount(int found) {
        int expected = config.topics().partitions();
        if (found == expected) {
            return null;
        }
        String wrong = "topic " + config.topics().messages() + ": partitions is " + found + ", expected " + expected
                + "; their number is fixed for the life of a log, and the next start is refused";
        if (!wrong.equals(failure)) {
            LOG.atError()
                    .addKeyValue("found", found)
                    .addKeyValue("expected", expected)
                    .log("partitions were added");
        }
        return wrong;
    }

    private void seen(@Nullable TopicDescription topic, @Nullable Throwable trouble) {
        if (topic == null) {
            failure = "no answer about " + config.topics().messages() + ": "
                    + (trouble == null ? "" : trouble.getMessage());
            return;
        }
        failure = wrongCount(topic.partitions().size());
        if (!topic.topicId().equals(identity.epochs().topicId())) {
            identity.run(identity::refresh).whenComplete((epochs, refusal) -> {
                if (refusal == null) {
                    anew.run();
                } else {
                    failure = refusal.getMessage();
                    LOG.atError().addKeyValue("why", refusal.toString()).log("the topic was made anew");
                }
            });
        }
    }
}
