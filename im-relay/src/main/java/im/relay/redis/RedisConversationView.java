package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationView;
import im.relay.GroupEffect;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import im.relay.Retention;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;

/**
 * The write side of the conversation store in Redis. One call of a script appends at most {@link #MAX_MESSAGES} messages,
 * each member that they change counted like one, or {@link #MAX_BYTES} of envelopes, a few milliseconds of Redis' one
 * thread; a larger batch is cut between records and moves piece by piece, so that a mismatch or a failure may leave its
 * first pieces applied, at the end of a record. Retention by count and bytes is kept by the same script, retention by time by a sweep behind it. Any thread.
 */
public final class RedisConversationView implements ConversationView {
    /** Of one script call; a record of the log fits. */
    public static final int MAX_MESSAGES = 256;

    public static final int MAX_BYTES = 1 << 20;

    private static final Duration SWEEP_EVERY = Duration.ofSeconds(1);

    private final Redis redis;
    private final StoreKeys keys;
    private final ApplyScript applyScript;
    private final SkipScript skipScript;
    private final Sweeps sweeps;
    private final StoredLogId log;

    /**
     * @param retention of each conversation; the same in all relays of a cluster
     * @param logId of the log that is applied; a view that is another's fails every {@link #state}
     */
    public RedisConversationView(Redis redis, Retention retention, String logId) {
        this(redis, retention, logId, System::nanoTime);
    }

    /** @param nanos by which a sweep is due */
    RedisConversationView(Redis redis, Retention retention, String logId, LongSupplier nanos) {
        this.redis = redis;
        this.keys = new StoreKeys(redis.keys());
        this.applyScript = new ApplyScript(keys, retention);
        this.skipScript = new SkipScript(keys);
        this.sweeps = new Sweeps(redis, new SweepScript(keys, retention)::sweep, SWEEP_EVERY, nanos);
        this.log = new StoredLogId(redis, logId);
    }

    @Override
    public CompletionStage<State> state(int partition) {
        List<Call> calls = new ArrayList<>(log.claims(partition));
        calls.add(keys.readState(partition, "applied", "floor", "term"));
        return Pipelined.all(redis, calls).thenApply(replies -> {
            log.require(replies.get(1));
            return stored(replies.get(2));
        });
    }

    private static State stored(Reply reply) {
        return new State(
                reply.isNull(0) ? ABSENT : reply.number(0),
                reply.isNull(1) ? 0 : reply.number(1),
                reply.isNull(2) ? LogReader.NO_TERM : (int) reply.number(2));
    }

    @Override
    public CompletionStage<Move> apply(
            int partition,
            long expected,
            long applied,
            int term,
            List<LoggedMessage> messages,
            List<GroupEffect> effects) {
        requireRising(expected, applied, messages);
        requireOf(messages, effects);
        Whole whole = new Whole(
                partition, applied, term, messages, effects, new long[messages.size()], new long[messages.size()]);
        return applyFrom(whole, expected, 0, 0);
    }

    /** A batch on its way, with what its pieces have answered. */
    private record Whole(
            int partition,
            long applied,
            int term,
            List<LoggedMessage> messages,
            List<GroupEffect> effects,
            long[] prevs,
            long[] changedAt) {}

    private CompletionStage<Move> applyFrom(Whole whole, long expected, int from, int fromEffect) {
        List<LoggedMessage> messages = whole.messages;
        int to = pieceEnd(messages, whole.effects, from, fromEffect);
        boolean last = to == messages.size();
        long end = last ? whole.applied : endOfRecord(messages.get(to - 1).position());
        int toEffect = fromEffect;
        while (toEffect < whole.effects.size() && whole.effects.get(toEffect).position() <= end) {
            toEffect++;
        }
        int nextEffect = toEffect;
        Call call = applyScript.apply(
                whole.partition,
                expected,
                end,
                whole.term,
                messages.subList(from, to),
                whole.effects.subList(fromEffect, toEffect));
        return moved(whole.partition, call).thenCompose(move -> {
            if (!(move instanceof Move.Moved piece)) {
                return CompletableFuture.completedStage(move);
            }
            System.arraycopy(piece.prevs(), 0, whole.prevs, from, piece.prevs().length);
            System.arraycopy(piece.changedAt(), 0, whole.changedAt, from, piece.changedAt().length);
            return last
                    ? CompletableFuture.completedStage((Move) new Move.Moved(whole.prevs, whole.changedAt))
                    : applyFrom(whole, end, to, nextEffect);
        });
    }

    /** Behind the last whole record that fits, or behind the first one. A member that changes weighs like a message. */
    static int pieceEnd(List<LoggedMessage> messages, List<GroupEffect> effects, int from, int fromEffect) {
        int whole = from;
        int weight = 0;
        int effect = fromEffect;
        long bytes = 0;
        for (int i = from; i < messages.size(); i++) {
            if (i > from && record(messages.get(i)) != record(messages.get(i - 1))) {
                whole = i;
            }
            weight++;
            bytes += messages.get(i).envelope().length;
            if (effect < effects.size()
                    && effects.get(effect).position() == messages.get(i).position()) {
                weight += effects.get(effect++).members().size();
            }
            if ((weight > MAX_MESSAGES || bytes > MAX_BYTES) && whole > from) {
                return whole;
            }
        }
        return messages.size();
    }

    private static long record(LoggedMessage message) {
        return endOfRecord(message.position());
    }

    private static long endOfRecord(long position) {
        return position | (LogPosition.MAX_MESSAGES - 1);
    }

    @Override
    public CompletionStage<Move> skip(int partition, long expected, long applied, String attempt) {
        if (applied < 0 || applied < expected) {
            throw new IllegalArgumentException("skips back: expected=" + expected + " applied=" + applied);
        }
        return moved(partition, skipScript.skip(partition, expected, applied, attempt));
    }

    @Override
    public CompletionStage<Move> reached(int partition, long expected, long timeMs) {
        return moved(partition, applyScript.reached(partition, expected, timeMs));
    }

    private CompletionStage<Move> moved(int partition, Call call) {
        return redis.call(call).thenApply(ApplyScript::move).thenApply(move -> {
            if (move instanceof Move.Moved) {
                sweeps.moved(partition);
            }
            return move;
        });
    }

    private static void requireOf(List<LoggedMessage> messages, List<GroupEffect> effects) {
        int at = 0;
        for (GroupEffect effect : effects) {
            while (at < messages.size() && messages.get(at).position() < effect.position()) {
                at++;
            }
            boolean found = at < messages.size()
                    && messages.get(at).position() == effect.position()
                    && messages.get(at).conversation().equals(ConversationKey.group(effect.group()));
            if (!found) {
                throw new IllegalArgumentException("no message of " + effect.group() + " at " + effect.position());
            }
            at++;
            RedisGroupView.check(effect.group(), effect.members().keySet());
        }
    }

    private static void requireRising(long expected, long applied, List<LoggedMessage> messages) {
        long last = expected;
        for (LoggedMessage message : messages) {
            if (message.position() <= last) {
                throw new IllegalArgumentException("positions do not rise: " + message.position() + " behind " + last);
            }
            last = message.position();
        }
        if (expected < 0 || applied < last) {
            throw new IllegalArgumentException("no move: expected=" + expected + " applied=" + applied);
        }
    }
}
