package im.relay.kafka;

import im.relay.LogExtent.Epoch;
import im.relay.LogPosition;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which log this is, and its epochs. Settled at start against the configuration and the topic; later raised where the
 * topic was made anew or lost its tail. What blocks runs on a thread of its own, in order.
 */
final class Identity implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Identity.class);
    private static final int WAITING = 4_096;

    private final KafkaConfig config;
    private final Admin admin;
    private final IdentityTopic topic;
    private final ExecutorService thread;
    private volatile @Nullable Epochs epochs;

    Identity(KafkaConfig config, Admin admin) {
        this.config = config;
        this.admin = admin;
        topic = new IdentityTopic(config);
        ThreadPoolExecutor one = new ThreadPoolExecutor(
                1, 1, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(WAITING), Threads.named("im-log-identity"));
        one.allowCoreThreadTimeOut(true);
        thread = one;
    }

    /** As last read or written here. */
    Epochs epochs() {
        Epochs known = epochs;
        if (known == null) {
            throw new IllegalStateException("the log's identity is not settled");
        }
        return known;
    }

    /**
     * At start; blocks.
     *
     * @param messages the topic of messages as it is
     * @throws KafkaStartException when identity, configuration and topic do not agree
     */
    void settle(TopicDescription messages, StartCalls calls) {
        while (true) {
            try {
                refresh(messages.topicId());
                return;
            } catch (org.apache.kafka.common.errors.RetriableException e) {
                calls.pause("topic " + config.topics().identity() + ": " + e.getMessage());
            } catch (org.apache.kafka.common.KafkaException e) {
                throw calls.refused(e);
            }
        }
    }

    /**
     * As {@link #refresh()}, of who has just asked what topic there is.
     *
     * @param topicId that of the topic that there is now: an older one would begin an epoch of what is gone
     */
    Epochs refresh(Uuid topicId) {
        Epochs found = topic.read();
        if (found == null) {
            refuseLostIdentity();
            topic.begin("log-" + Uuid.randomUuid().toString().replace('-', '.'), topicId, partitions(), 1, Map.of());
            found = read();
        }
        if (found.partitions() != partitions()) {
            throw new KafkaStartException("topic " + config.topics().identity() + " says that "
                    + config.topics().messages() + " has " + found.partitions() + " partitions, expected "
                    + partitions() + " as configured; their number is fixed for the life of a log");
        }
        while (!found.topicId().equals(topicId)) {
            LOG.atWarn()
                    .addKeyValue("topic", config.topics().messages())
                    .addKeyValue("epoch", found.last() + 1)
                    .log("the topic was made anew: what stood in the old one is lost, a new epoch begins");
            topic.begin(found.logId(), topicId, partitions(), found.last() + 1, lastOf(found));
            found = read();
        }
        epochs = found;
        return found;
    }

    private Epochs read() {
        Epochs found = topic.read();
        if (found == null) {
            throw new org.apache.kafka.common.errors.TimeoutException("what was written is not seen yet");
        }
        return found;
    }

    /** The bounds of what an old topic can have held. */
    private static Map<Integer, Long> lastOf(Epochs old) {
        Map<Integer, Long> last = new TreeMap<>();
        for (int p = 0; p < old.partitions(); p++) {
            last.put(p, LogPosition.of(old.current(p).number(), LogPosition.MAX_OFFSET, LogPosition.MAX_MESSAGES - 1));
        }
        return last;
    }

    /** Messages without an identity: their epochs are not known, and positions under devices' cursors would be used again. */
    private void refuseLostIdentity() {
        Map<TopicPartition, OffsetSpec> ends = new TreeMap<>(Comparator.comparingInt(TopicPartition::partition));
        for (int p = 0; p < partitions(); p++) {
            ends.put(new TopicPartition(config.topics().messages(), p), OffsetSpec.latest());
        }
        boolean holds = KafkaAnswers.await(admin.listOffsets(ends).all(), config).values().stream()
                .anyMatch(end -> end.offset() > 0);
        if (holds && topic.read() == null) {
            throw new KafkaStartException("topic " + config.topics().identity() + " is empty, expected the identity of "
                    + config.topics().messages() + ", which holds messages; bring it back, or begin a new log with"
                    + " another topic number");
        }
    }

    private int partitions() {
        return config.topics().partitions();
    }

    /** Reads again, and begins an epoch where the topic was made anew. Within {@link #run} only; blocks. */
    Epochs refresh() {
        return refresh(describe().topicId());
    }

    /**
     * Begins an epoch of a partition where its log took another course, unless one was begun meanwhile that explains it.
     * Within {@link #run} only, after {@link #refresh}; blocks.
     *
     * @param begins the offset that the first record of another course has or will have
     * @param seen the largest position that a view is known to have seen of the course before
     */
    void raise(int partition, long begins, long seen) {
        Epochs now = epochs();
        Epoch current = now.current(partition);
        if (LogPosition.epoch(seen) < current.number() && begins >= current.firstOffset()) {
            return;
        }
        int next = Math.max(current.number(), LogPosition.epoch(seen)) + 1;
        LOG.atWarn()
                .addKeyValue("partition", partition)
                .addKeyValue("epoch", next)
                .addKeyValue("offset", begins)
                .addKeyValue("seen", seen)
                .log("the log lost its tail: a new epoch begins");
        topic.raise(now, partition, next, begins, seen);
        refresh();
    }

    /** The topic of messages as it is now; blocks for a bounded time. */
    TopicDescription describe() {
        DescribeTopicsOptions options =
                new DescribeTopicsOptions().timeoutMs(config.timeouts().requestMs());
        return KafkaAnswers.await(Topics.describe(admin, config.topics().messages(), options), config);
    }

    /** Something else that blocks, in turn with what is done here. */
    <T> CompletableFuture<T> run(Supplier<T> task) {
        try {
            return CompletableFuture.supplyAsync(task, thread);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
