package im.relay.redis;

import im.relay.CursorStore;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.RedisKeys;
import im.router.redis.Script;

/** {@code open.lua}: a device becomes known, and one too many is forgotten. */
final class OpenScript {
    private static final Script SCRIPT = Script.of(OpenScript.class, "open");

    private final StoreKeys keys;
    private final int partitions;

    OpenScript(StoreKeys keys, int partitions) {
        this.keys = keys;
        this.partitions = partitions;
    }

    /** Answers 1 when the device was not known. */
    Call call(String uid, String device, CursorStore.Start start, long nowMs) {
        String letter = switch (start) {
            case HEADS -> "h";
            case FIRST_HELD -> "f";
            case CURSORS -> "c";
        };
        return Call.of(
                SCRIPT,
                new byte[][] {keys.devices(uid), keys.marks(RedisKeys.bucketOf(uid))},
                StoreKeys.bytes(device),
                Redis.decimal(nowMs),
                StoreKeys.bytes(letter),
                Redis.decimal(CursorStore.MAX_DEVICES),
                Redis.decimal(partitions),
                keys.cursorsPrefix(uid));
    }
}
