package im.relay.redis;

import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Script;

/** {@code skip.lua}: a view that was not there gets a floor, one that fell behind gets a hole. */
final class SkipScript {
    private static final Script SCRIPT = Script.of(SkipScript.class, "skip");
    /** Each costs every read of the partition a little; there is one per disaster. */
    private static final int MAX_HOLES = 64;

    private final StoreKeys keys;

    SkipScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** Answers as {@link ApplyScript#move} reads. */
    Call skip(int partition, long expected, long applied, String attempt) {
        return Call.of(
                SCRIPT,
                new byte[][] {keys.state(partition)},
                Redis.decimal(expected),
                Redis.decimal(applied),
                Redis.decimal(MAX_HOLES),
                StoreKeys.bytes(attempt));
    }
}
