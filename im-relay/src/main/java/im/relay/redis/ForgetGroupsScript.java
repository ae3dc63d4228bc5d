package im.relay.redis;

import im.relay.Retention;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Script;

/** {@code forget_groups.lua}: a group leaves a uid's list a retention after the uid has left it (D16). */
final class ForgetGroupsScript {
    /** Entries of one call. */
    static final int MAX = 64;

    private static final Script SCRIPT = Script.of(ForgetGroupsScript.class, "forget_groups");

    private final StoreKeys keys;
    private final long retentionMs;

    ForgetGroupsScript(StoreKeys keys, Retention retention) {
        this.keys = keys;
        this.retentionMs = retention.time().toMillis();
    }

    /**
     * Answers as {@link Sweeps} reads: entries that were looked at.
     *
     * @param nowMs by the log's clock
     */
    Call call(int bucket, long nowMs) {
        return Call.of(
                SCRIPT,
                new byte[][] {keys.leftOf(bucket)},
                Redis.decimal(nowMs - retentionMs),
                Redis.decimal(MAX),
                keys.prefix(bucket, "g"),
                keys.prefix(bucket, "d"),
                keys.prefix(bucket, "k"),
                keys.prefix(bucket, "r"));
    }
}
