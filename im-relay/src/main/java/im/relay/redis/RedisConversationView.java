package im.relay.redis;

import im.relay.ConversationView;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import im.relay.Retention;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The write side of the conversation store in Redis. One call of a script appends at most {@link #MAX_MESSAGES} messages
 * or {@link #MAX_BYTES} of envelopes, a few milliseconds of Redis' one thread; a larger batch is cut between records and
 * moves piece by piece, so that a mismatch or a failure may leave its first pieces applied, at the end of a record.
 * Retention by count and bytes is kept by the same script, retention by time by a sweep behind it. Any thread.
 */
public final class RedisConversationView implements ConversationView {
    /** Of one script call; a record of the log fits. */
    public static final int MAX_MESSAGES = 256;

    public static final int MAX_BYTES = 1 << 20;

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
        this.redis = redis;
        this.keys = new StoreKeys(redis.keys());
        this.applyScript = new ApplyScript(keys, retention);
        this.skipScript = new SkipScript(keys);
        this.sweeps = new Sweeps(redis, new SweepScript(keys, retention), System::nanoTime);
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
            int partition, long expected, long applied, int term, List<LoggedMessage> messages) {
        requireRising(expected, applied, messages);
        return applyFrom(partition, expected, applied, term, messages, 0, new long[messages.size()]);
    }

    private CompletionStage<Move> applyFrom(
            int partition,
            long expected,
            long applied,
            int term,
            List<LoggedMessage> messages,
            int from,
            long[] prevs) {
        int to = pieceEnd(messages, from);
        boolean last = to == messages.size();
        long end = last ? applied : endOfRecord(messages.get(to - 1).position());
        return moved(partition, applyScript.apply(partition, expected, end, term, messages.subList(from, to)))
                .thenCompose(move -> {
                    if (!(move instanceof Move.Moved piece)) {
                        return CompletableFuture.completedStage(move);
                    }
                    System.arraycopy(piece.prevs(), 0, prevs, from, piece.prevs().length);
                    return last
                            ? CompletableFuture.completedStage((Move) new Move.Moved(prevs))
                            : applyFrom(partition, end, applied, term, messages, to, prevs);
                });
    }

    /** Behind the last whole record that fits, or behind the first one. */
    static int pieceEnd(List<LoggedMessage> messages, int from) {
        int whole = from;
        long bytes = 0;
        for (int i = from; i < messages.size(); i++) {
            if (i > from && record(messages.get(i)) != record(messages.get(i - 1))) {
                whole = i;
            }
            bytes += messages.get(i).envelope().length;
            if ((i - from >= MAX_MESSAGES || bytes > MAX_BYTES) && whole > from) {
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
    public CompletionStage<Move> skip(int partition, long expected, long applied) {
        if (applied < 0 || applied < expected) {
            throw new IllegalArgumentException("skips back: expected=" + expected + " applied=" + applied);
        }
        return moved(partition, skipScript.skip(partition, expected, applied));
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
