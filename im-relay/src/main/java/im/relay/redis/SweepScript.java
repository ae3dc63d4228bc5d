package im.relay.redis;

import im.relay.Retention;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Script;

/** {@code sweep.lua}: drops what is older than retention, of conversations that nobody writes to and of past members too. */
final class SweepScript {
    /** Conversations that one call looks at. */
    static final int CONVERSATIONS = 32;
    /** Messages that one call drops. */
    static final int MESSAGES = 512;

    /** Stretches of groups that one call drops. */
    static final int STRETCHES = 128;

    private static final Script SCRIPT = Script.of(SweepScript.class, "sweep");

    private final StoreKeys keys;
    private final byte[] retentionMs;

    SweepScript(StoreKeys keys, Retention retention) {
        this.keys = keys;
        this.retentionMs = Redis.decimal(retention.time().toMillis());
    }

    /** Answers as {@link Sweeps} reads: conversations and stretches that had something to drop. */
    Call sweep(int partition) {
        return Call.of(
                SCRIPT,
                new byte[][] {keys.state(partition), keys.times(partition), keys.due(partition), keys.left(partition)},
                retentionMs,
                Redis.decimal(CONVERSATIONS),
                Redis.decimal(MESSAGES),
                keys.conversationPrefix(partition),
                keys.messagesPrefix(partition),
                Redis.decimal(STRETCHES),
                keys.membersPrefix(partition),
                keys.stretchesPrefix(partition));
    }
}
