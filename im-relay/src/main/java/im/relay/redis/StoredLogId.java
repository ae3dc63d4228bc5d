package im.relay.redis;

import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Of which log the views are, for positions, marks and cursors of one log mean nothing in another. It is written beside
 * the view of each partition by the first relay that seeks its place there, and never again. Any thread.
 */
public final class StoredLogId {
    private final StoreKeys keys;
    private final String logId;
    private final Redis redis;

    public StoredLogId(Redis redis, String logId) {
        this.redis = redis;
        this.keys = new StoreKeys(redis.keys());
        this.logId = logId;
    }

    /** Fails with an {@link IllegalStateException} that says what to do when a view is there that is of another log. */
    public CompletionStage<Void> check(int partitions) {
        List<Call> calls = new ArrayList<>(partitions);
        for (int partition = 0; partition < partitions; partition++) {
            calls.add(Call.of("GET", keys.log(partition)));
        }
        return Pipelined.all(redis, calls).thenAccept(replies -> replies.forEach(this::require));
    }

    /** Two calls, from which on a view that is nobody's is this log's; what the second one answers is to be required. */
    List<Call> claims(int partition) {
        byte[] key = keys.log(partition);
        return List.of(Call.of("SET", key, StoreKeys.bytes(logId), StoreKeys.bytes("NX")), Call.of("GET", key));
    }

    /** As {@link #check}, of the log id that is stored with one partition. */
    void require(Reply stored) {
        if (!stored.isNull() && !stored.text().equals(logId)) {
            throw new IllegalStateException("Redis holds the views of log " + stored.text() + ", Kafka has log " + logId
                    + "; use another redis.prefix, or delete the keys under this one");
        }
    }
}
