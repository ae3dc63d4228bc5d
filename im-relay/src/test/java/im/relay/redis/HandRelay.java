package im.relay.redis;

import static im.relay.PatientAwaits.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendRequest;
import im.relay.ConversationView;
import im.relay.ConversationView.Move;
import im.relay.GroupEffect;
import im.relay.IndexView;
import im.relay.LogPosition;
import im.relay.LoggedMessage;
import im.relay.MessageLog;
import im.relay.Partitions;
import im.relay.Retention;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.RedisConfig;
import im.router.redis.RedisStartException;
import im.servers.Address;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A log in memory and the relay that applies it, step by step, in the order of D2: each append is a record, and is in
 * the views when the call returns. Its keys are its own. Confined to the test's thread, but for {@link #append}.
 */
final class HandRelay implements MessageLog, AutoCloseable {
    static final int PARTITIONS = 4;
    /** Nothing is dropped, unless the test is about it. */
    static final Retention UNLIMITED = new Retention(Duration.ofDays(36_500), 1_000_000, 1L << 40);

    final Redis redis;
    final StoreKeys keys;
    final Partitions partitions = new Partitions(PARTITIONS);
    final ConversationView view;
    final IndexView index;
    final RedisConversationStore store;
    final RedisCursorStore cursors;
    final RedisGroupView groupView;
    final RedisGroupStore groups;
    private final HandGroups handGroups;
    private final Set<List<Object>> accepted = new HashSet<>();
    final List<im.relay.Receipt> receipts = Collections.synchronizedList(new ArrayList<>());
    /** What was applied, by partition, in order. */
    final Map<Integer, List<LoggedMessage>> log = new TreeMap<>();

    int epoch = 1;
    int term = 3;
    long timeMs = 1_700_000_000_000L;
    private final AtomicLong sweepNanos = new AtomicLong();
    private final long[] offsets = new long[PARTITIONS];
    private final long[] applied = new long[PARTITIONS];
    private final long[][] marks = new long[PARTITIONS][];

    HandRelay(Address address, Retention retention) {
        this(answering(PATIENCE, RedisConfig.single(address.host(), address.port())), retention);
    }

    /** With keys of its own, and that long for each answer. */
    static RedisConfig answering(Duration within, RedisConfig config) {
        return config.withKeyPrefix("im-" + UUID.randomUUID() + ":")
                .withStartTimeout(PATIENCE)
                .withLimits(config.connectTimeout(), within, config.maxInFlight(), config.breaker());
    }

    HandRelay(RedisConfig config, Retention retention) {
        try {
            redis = Redis.connect(config, new SimpleMeterRegistry());
        } catch (RedisStartException e) {
            throw new AssertionError(e);
        }
        keys = new StoreKeys(redis.keys());
        view = new RedisConversationView(redis, retention, logId(), sweepNanos::get);
        index = new RedisIndexView(redis, retention, sweepNanos::get);
        store = new RedisConversationStore(redis, partitions);
        groupView = new RedisGroupView(redis);
        groups = new RedisGroupStore(redis, partitions);
        handGroups = new HandGroups(groupView, groups);
        cursors =
                new RedisCursorStore(redis, partitions, Clock.systemUTC(), receipts::addAll, new SimpleMeterRegistry());
    }

    /** An empty log that is held from its first record on. */
    static HandRelay started(Address address, Retention retention) {
        HandRelay relay = new HandRelay(address, retention);
        relay.start();
        return relay;
    }

    void start() {
        List<CompletionStage<?>> all = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            all.add(view.skip(partition, ConversationView.ABSENT, 0, ""));
            marks[partition] = new long[index.buckets()];
            for (int bucket = 0; bucket < index.buckets(); bucket++) {
                all.add(index.merge(bucket, partition, IndexView.ABSENT, 0, List.of(), false));
            }
        }
        all.forEach(HandRelay::await);
    }

    @Override
    public String logId() {
        return "log";
    }

    @Override
    public @Nullable String failure() {
        return null;
    }

    @Override
    public synchronized void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        Refused refusal = refusal(batch.get(0));
        if (refusal != null) {
            lane.execute(() -> done.accept(List.of(refusal)));
            return;
        }
        if (isNew(batch.get(0))) {
            List<LoggedMessage> record = record(batch);
            indexed(record);
            applied(record);
        }
        lane.execute(() -> done.accept(batch.stream()
                .map(request -> (AppendOutcome) new AppendOutcome.Accepted(request.acceptedMs()))
                .toList()));
    }

    private @Nullable Refused refusal(AppendRequest request) {
        ConversationKey conversation = request.conversation();
        return conversation.isGroup() && !accepted.contains(identity(request))
                ? handGroups.judge(partitions.of(conversation), request)
                : null;
    }

    /** Retries are sent into groups only, one message a record. */
    private boolean isNew(AppendRequest request) {
        return !request.conversation().isGroup() || accepted.add(identity(request));
    }

    private static List<Object> identity(AppendRequest request) {
        return List.of(request.conversation(), request.sender(), request.messageId());
    }

    /** The next record of the log, in no view yet. */
    List<LoggedMessage> record(List<AppendRequest> batch) {
        ConversationKey conversation = batch.get(0).conversation();
        int partition = partitions.of(conversation);
        long offset = offsets[partition]++;
        List<LoggedMessage> record = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            record.add(new LoggedMessage(
                    conversation,
                    batch.get(i).sender(),
                    LogPosition.of(epoch, offset, i),
                    timeMs,
                    batch.get(i).envelope()));
        }
        log.computeIfAbsent(partition, p -> new ArrayList<>()).addAll(record);
        return record;
    }

    long end(List<LoggedMessage> record) {
        long position = record.get(record.size() - 1).position();
        return LogPosition.endOf(LogPosition.epoch(position), LogPosition.offset(position));
    }

    /** The first effect. */
    void indexed(List<LoggedMessage> record) {
        LoggedMessage last = record.get(record.size() - 1);
        int partition = partitions.of(last.conversation());
        Map<Integer, List<IndexView.Entry>> buckets = new TreeMap<>();
        for (String uid : last.conversation().uids()) {
            buckets.computeIfAbsent(index.bucketOf(uid), b -> new ArrayList<>())
                    .add(new IndexView.Entry(uid, last.conversation(), last.position(), last.acceptedMs()));
        }
        for (GroupEffect effect : effects(record)) {
            for (IndexView.Entry entry : HandGroups.entries(effect)) {
                buckets.computeIfAbsent(index.bucketOf(entry.uid()), b -> new ArrayList<>())
                        .add(entry);
            }
        }
        buckets.forEach((bucket, entries) -> {
            long expected = marks[partition][bucket];
            assertThat(await(index.merge(bucket, partition, expected, end(record), entries, false)))
                    .isEqualTo(expected);
            marks[partition][bucket] = end(record);
        });
    }

    List<GroupEffect> effects(List<LoggedMessage> record) {
        return handGroups.effects(partitions.of(record.get(0).conversation()), record);
    }

    /** The second. */
    long[] applied(List<LoggedMessage> record) {
        return moved(record).prevs();
    }

    Move.Moved moved(List<LoggedMessage> record) {
        int partition = partitions.of(record.get(0).conversation());
        Move move = await(view.apply(partition, applied[partition], end(record), term, record, effects(record)));
        assertThat(move).isInstanceOf(Move.Moved.class);
        applied[partition] = end(record);
        return (Move.Moved) move;
    }

    long applied(int partition) {
        return applied[partition];
    }

    /** The relay learns where the view stands. */
    void seek(int partition, long position) {
        applied[partition] = position;
    }

    long mark(int partition, int bucket) {
        return marks[partition][bucket];
    }

    void mark(int partition, int bucket, long mark) {
        marks[partition][bucket] = mark;
    }

    /** Once a heartbeat: all marks to the log's end, and the log took nothing since. */
    void heartbeat(long nowMs) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (int bucket = 0; bucket < index.buckets(); bucket++) {
                long expected = marks[partition][bucket];
                assertThat(await(index.merge(bucket, partition, expected, applied[partition], List.of(), false)))
                        .isEqualTo(expected);
                marks[partition][bucket] = applied[partition];
            }
            assertThat(await(view.reached(partition, applied[partition], nowMs)))
                    .isInstanceOf(Move.Moved.class);
        }
    }

    /** What is swept behind moves, by time, is swept behind the next; otherwise once at the start, over nothing. */
    void sweepNext() {
        sweepNanos.addAndGet(Duration.ofMinutes(1).toNanos());
    }

    /** The keys of one hash tag are gone, or of all. */
    void lose(String tag) {
        await(redis.call(Call.of(
                "EVAL",
                StoreKeys.bytes("local n = 0 for _, k in ipairs(redis.call('KEYS', ARGV[1])) do"
                        + " n = n + redis.call('DEL', k) end return n"),
                StoreKeys.bytes("0"),
                StoreKeys.bytes(redis.keys().prefix() + tag + "*"))));
    }

    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    static <T> CompletableFuture<T> future(CompletionStage<T> stage) {
        return stage.toCompletableFuture();
    }

    @Override
    public void close() {
        redis.close();
    }
}
