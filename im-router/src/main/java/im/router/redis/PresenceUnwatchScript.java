package im.router.redis;

import static im.router.redis.Redis.decimal;

import im.router.redis.Redis.Call;
import java.util.List;

/** {@code presence_unwatch.lua}. */
final class PresenceUnwatchScript {
    private static final Script SCRIPT = Script.of(PresenceUnwatchScript.class, "presence_unwatch");

    private PresenceUnwatchScript() {}

    /** @param uids of one bucket */
    static Call call(Redis redis, List<String> uids, long node) {
        return Call.of(
                SCRIPT,
                uids.stream().map(uid -> PresenceKeys.watching(redis, uid)).toArray(byte[][]::new),
                decimal(node));
    }
}
