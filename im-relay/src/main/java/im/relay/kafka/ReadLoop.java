package im.relay.kafka;

import im.relay.LogReader.Assignments;
import im.relay.kafka.HeldPartitions.Held;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns a member's consumer: it moves it where reads want it, fetches where there is room, commits, and
 * makes another consumer when one has become unusable. Partitions are handed over by {@link Handover}.
 */
final class ReadLoop {
    private static final Logger LOG = LoggerFactory.getLogger(ReadLoop.class);
    /** Commits, and what comes from other threads without waking this one, wait no longer than that. */
    private static final long POLL_MS = 50;

    private static final long AGAIN_MS = 1_000;
    private static final long COMMIT_APART_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final KafkaConfig config;
    private final Admin admin;
    private final HeldPartitions held;
    private final Commits commits;
    private final ReadMeters meters;
    private final Handover handover;
    private final TopicWatch watch;
    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final Thread thread = Threads.of("im-log-read", this::run);
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile boolean isPolling;
    private volatile boolean isClosed;
    private volatile @Nullable String trouble;
    private long committedNanos = System.nanoTime() - COMMIT_APART_NANOS;
    /** Commits without an answer; this thread's. */
    private int roundsOut;

    ReadLoop(
            KafkaConfig config,
            Identity identity,
            Admin admin,
            HeldPartitions held,
            Commits commits,
            ReadMeters meters) {
        this.config = config;
        this.admin = admin;
        this.held = held;
        this.commits = commits;
        this.meters = meters;
        watch = new TopicWatch(config, identity, admin, () -> tasks.add(this::startOver));
        handover = new Handover(config, held, this::commitNow, meters);
    }

    void start(Assignments listener) {
        handover.tell(listener);
        thread.start();
    }

    /** Another thread wants something at once. */
    void wake() {
        Consumer<byte[], byte[]> polled = consumer;
        if (isPolling && polled != null && Thread.currentThread() != thread) {
            polled.wakeup();
        }
    }

    @Nullable String failure() {
        if (thread.getState() == Thread.State.TERMINATED && !isClosed) {
            return "the thread that reads the log has ended";
        }
        String known = trouble;
        return known != null ? known : watch.failure();
    }

    private void run() {
        try {
            members();
        } finally {
            commits.fail(new IllegalStateException("the reader is closed"));
            if (!isClosed) {
                handover.lostAll();
            }
        }
    }

    private void members() {
        while (!isClosed) {
            try (KafkaConsumer<byte[], byte[]> fresh =
                    new KafkaConsumer<>(new ClientSettings(config).member(GroupProtocol.isNew(config, admin)))) {
                consumer = fresh;
                handover.of(fresh);
                fresh.subscribe(List.of(config.topics().messages()), handover);
                loop(fresh);
            } catch (RuntimeException e) {
                broken(e);
            }
            consumer = null;
        }
    }

    private void loop(Consumer<byte[], byte[]> member) {
        while (!isClosed) {
            for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
                task.run();
            }
            watch.look();
            commit(member);
            place(member);
            ConsumerRecords<byte[], byte[]> records = poll(member);
            trouble = null;
            long now = System.nanoTime();
            for (Held partition : held.all()) {
                take(member, partition.feed, records);
                partition.feed.expire(now);
            }
        }
        handover.leaveAll();
    }

    private ConsumerRecords<byte[], byte[]> poll(Consumer<byte[], byte[]> member) {
        long now = System.nanoTime();
        long wait = TimeUnit.MILLISECONDS.toNanos(POLL_MS);
        for (Held partition : held.all()) {
            wait = Math.min(wait, Math.max(1_000_000, partition.feed.nanosLeft(now)));
        }
        isPolling = true;
        try {
            return tasks.isEmpty() ? member.poll(Duration.ofNanos(wait)) : ConsumerRecords.empty();
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        } catch (InvalidOffsetException e) {
            meters.misplaced.increment();
            handover.misplaced(e);
            return ConsumerRecords.empty();
        } finally {
            isPolling = false;
        }
    }

    /** Where reads want to go, and whether to fetch there. */
    private void place(Consumer<byte[], byte[]> member) {
        for (Held partition : held.all()) {
            TopicPartition name = name(partition.feed.partition);
            partition.feed.seek().ifPresent(at -> member.seek(name, at));
            boolean wantsMore = partition.feed.wantsMore();
            if (wantsMore && partition.isPaused) {
                member.resume(List.of(name));
                partition.isPaused = false;
            } else if (!wantsMore && !partition.isPaused) {
                member.pause(List.of(name));
                partition.isPaused = true;
            }
        }
    }

    private void take(Consumer<byte[], byte[]> member, PartitionFeed feed, ConsumerRecords<byte[], byte[]> records) {
        TopicPartition name = name(feed.partition);
        var fresh = records.records(name);
        if (!fresh.isEmpty()) {
            meters.records.increment(fresh.size());
            feed.fetched(fresh);
        }
        if (feed.wantsMore()) {
            lag(member, name).ifPresent(feed::lagIs);
        }
    }

    private static OptionalLong lag(Consumer<byte[], byte[]> member, TopicPartition name) {
        try {
            return member.currentLag(name);
        } catch (IllegalStateException e) {
            return OptionalLong.empty();
        }
    }

    private TopicPartition name(int partition) {
        return new TopicPartition(config.topics().messages(), partition);
    }

    /** Not with every batch: a commit is an append of its own to the broker, and one that is late costs nothing. */
    private void commit(Consumer<byte[], byte[]> member) {
        long now = System.nanoTime();
        Commits.Round round = now - committedNanos < COMMIT_APART_NANOS ? null : commits.take();
        if (round == null) {
            return;
        }
        committedNanos = now;
        round.offsets().keySet().removeIf(partition -> held.get(partition.partition()) == null);
        roundsOut++;
        member.commitAsync(round.offsets(), (offsets, failure) -> {
            roundsOut--;
            if (failure == null) {
                round.done().complete(null);
            } else {
                round.done().completeExceptionally(failure);
            }
        });
    }

    /** While partitions are handed over, when polling is not possible. */
    private void commitNow(Consumer<byte[], byte[]> member) {
        Commits.Round round = commits.take();
        if (round == null) {
            answers(member);
            return;
        }
        try {
            member.commitSync(round.offsets(), config.timeouts().revoke());
            round.done().complete(null);
        } catch (KafkaException e) {
            round.done().completeExceptionally(e);
        }
    }

    /** Who leaves waits for what was committed before; its answer comes only to a consumer that is driven. */
    private void answers(Consumer<byte[], byte[]> member) {
        if (roundsOut == 0) {
            return;
        }
        try {
            member.commitSync(Map.of(), Duration.ofMillis(POLL_MS));
        } catch (KafkaException e) {
            LOG.atDebug().addKeyValue("why", e.toString()).log("commits are not answered yet");
        }
    }

    /** The topic was made anew: whatever was known of its partitions does not hold any more. */
    private void startOver() {
        handover.startOver();
    }

    private void broken(RuntimeException why) {
        if (isClosed && why instanceof InterruptException) {
            return;
        }
        trouble = "the log cannot be read: " + why.getMessage();
        LOG.atError().addKeyValue("why", why.toString()).log("member of the group replaced");
        meters.membersReplaced.increment();
        roundsOut = 0;
        handover.lostAll();
        Threads.pause(AGAIN_MS);
    }

    void close() {
        isClosed = true;
        wake();
        Threads.join(
                thread,
                config.timeouts().revoke().toMillis() * 3 + config.timeouts().requestMs());
    }
}
