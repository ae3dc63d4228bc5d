package im.relay.redis;

import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.relay.CursorStore;
import im.relay.Partitions;
import im.relay.ReadResult;
import im.relay.Receipt;
import im.relay.Wakeups;
import im.relay.redis.RaiseQueue.Batch;
import im.relay.redis.RaiseQueue.Waiter;
import im.relay.redis.RaiseQueue.Waiting;
import im.relay.redis.RaiseScript.Target;
import im.relay.redis.TouchScript.Device;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.RedisKeys;
import im.router.redis.Reply;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Devices and cursors in Redis. Raises that come while earlier ones are under way are merged and go out together, one
 * call a bucket. What fails to be written is not tried again: a cursor that is behind costs a delivery that the device
 * drops, and its next acknowledgement, or Hello, lifts it (D21). Any thread.
 */
public final class RedisCursorStore implements CursorStore {
    /** Hears what was raised, on a thread of Redis', and must not block. */
    public interface Receipts {
        void raised(List<Receipt> receipts);
    }

    private final Redis redis;
    private final OpenScript openScript;
    private final RaiseScript raiseScript;
    private final TouchScript touchScript;
    private final Clock clock;
    private final Receipts receipts;
    private final Counter written;
    private final Counter failed;
    private final Counter refused;
    private final RaiseQueue queue = new RaiseQueue();
    private boolean flushing;

    /**
     * @param partitions of the log that the positions are of
     * @param clock for when devices were last used
     */
    public RedisCursorStore(
            Redis redis, Partitions partitions, Clock clock, Receipts receipts, MeterRegistry registry) {
        StoreKeys keys = new StoreKeys(redis.keys());
        this.redis = redis;
        this.openScript = new OpenScript(keys, partitions.count());
        this.raiseScript = new RaiseScript(keys, partitions);
        this.touchScript = new TouchScript(keys);
        this.clock = clock;
        this.receipts = receipts;
        this.written = counter(registry, "written");
        this.failed = counter(registry, "failed");
        this.refused = counter(registry, "refused");
    }

    private static Counter counter(MeterRegistry registry, String outcome) {
        return Counter.builder("im.relay.cursor.raises")
                .description("Cursors and read marks that were to be raised, by what became of it")
                .tag("outcome", outcome)
                .register(registry);
    }

    @Override
    public void open(String uid, String device, Start start, Executor lane, Consumer<ReadResult<Boolean>> done) {
        check(uid, device);
        CompletionStage<Boolean> opened =
                redis.call(openScript.call(uid, device, start, clock.millis())).thenApply(reply -> reply.number() == 1);
        Answer.to(lane, done, opened);
    }

    @Override
    public void raise(
            String uid, String device, ConversationKey conversation, long position, Executor lane, Runnable durable) {
        check(uid, device);
        add(new Target(uid, device, conversation), position, lane, durable);
    }

    @Override
    public void raiseRead(String uid, ConversationKey conversation, long position, Executor lane, Runnable durable) {
        check(uid, uid);
        add(new Target(uid, "", conversation), position, lane, durable);
    }

    private void add(Target target, long position, Executor lane, Runnable durable) {
        boolean taken;
        synchronized (queue) {
            taken = queue.add(target, position, new Waiter(lane, durable));
        }
        if (taken) {
            flush();
        } else {
            refused.increment();
            Wakeups.wake(lane, durable);
        }
    }

    @Override
    public void touch(String uid, String device) {
        check(uid, device);
        synchronized (queue) {
            queue.touch(new Device(uid, device));
        }
        flush();
    }

    /** One at a time; what comes meanwhile goes with the next. */
    private void flush() {
        Batch batch;
        synchronized (queue) {
            if (flushing) {
                return;
            }
            batch = queue.take();
            if (batch.isEmpty()) {
                return;
            }
            flushing = true;
        }
        write(batch).whenComplete((done, thrown) -> {
            synchronized (queue) {
                flushing = false;
            }
            flush();
        });
    }

    private CompletionStage<?> write(Batch batch) {
        List<List<Map.Entry<Target, Long>>> pieces = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        raisesByBucket(batch).forEach((bucket, raises) -> {
            for (int from = 0; from < raises.size(); from += RaiseScript.MAX) {
                List<Map.Entry<Target, Long>> piece =
                        raises.subList(from, Math.min(raises.size(), from + RaiseScript.MAX));
                pieces.add(piece);
                calls.add(raiseScript.call(bucket, piece, clock.millis()));
            }
        });
        touchedByBucket(batch).forEach(devices -> calls.add(touchScript.call(devices, clock.millis())));
        return redis.callAll(calls).handle((stages, thrown) -> stages).thenCompose(stages -> {
            List<CompletableFuture<?>> ends = new ArrayList<>();
            for (int i = 0; i < pieces.size(); i++) {
                List<Map.Entry<Target, Long>> piece = pieces.get(i);
                CompletionStage<Reply> stage =
                        stages == null ? CompletableFuture.failedStage(new NotThereException()) : stages.get(i);
                ends.add(stage.handle((reply, thrown) -> {
                            ended(batch, piece, thrown == null ? reply : null);
                            return true;
                        })
                        .toCompletableFuture());
            }
            return CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
        });
    }

    private static Map<Integer, List<Map.Entry<Target, Long>>> raisesByBucket(Batch batch) {
        Map<Integer, List<Map.Entry<Target, Long>>> buckets = new TreeMap<>();
        batch.raises()
                .forEach((target, waiting) -> buckets.computeIfAbsent(
                                RedisKeys.bucketOf(target.uid()), bucket -> new ArrayList<>())
                        .add(Map.entry(target, waiting.position)));
        return buckets;
    }

    private static Iterable<List<Device>> touchedByBucket(Batch batch) {
        Map<Integer, List<Device>> buckets = new TreeMap<>();
        for (Device device : batch.touched()) {
            buckets.computeIfAbsent(RedisKeys.bucketOf(device.uid()), bucket -> new ArrayList<>())
                    .add(device);
        }
        return buckets.values();
    }

    /** One call has its answer, or none; those who wait for its raises are told either way. */
    private void ended(Batch batch, List<Map.Entry<Target, Long>> piece, @Nullable Reply reply) {
        (reply == null ? failed : written).increment(piece.size());
        Wakeups wakeups = new Wakeups();
        for (Map.Entry<Target, Long> raise : piece) {
            Waiting waiting = batch.raises().get(raise.getKey());
            if (waiting != null) {
                waiting.waiters.forEach(waiter -> wakeups.add(waiter.lane(), waiter.durable()));
            }
        }
        wakeups.flush();
        List<Receipt> raised = reply == null ? List.of() : receipts(piece, reply);
        if (!raised.isEmpty()) {
            receipts.raised(raised);
        }
    }

    private static List<Receipt> receipts(List<Map.Entry<Target, Long>> piece, Reply reply) {
        List<Receipt> raised = new ArrayList<>();
        for (int i = 0; i < piece.size(); i++) {
            Target target = piece.get(i).getKey();
            long position = reply.number(i);
            if (position > 0) {
                Receipt.Kind kind = target.isRead() ? Receipt.Kind.READ : Receipt.Kind.DELIVERED;
                raised.add(new Receipt(target.conversation(), target.uid(), kind, position));
            }
        }
        return raised;
    }

    /** An id that is none could be another key. */
    private static void check(String uid, String device) {
        if (!Ids.isValid(uid) || !Ids.isValid(device)) {
            throw new IllegalArgumentException("not a device: uid=" + uid + " device=" + device);
        }
    }
}
