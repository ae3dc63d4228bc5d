package im.router.redis;

import static im.router.redis.Redis.decimal;

import im.router.redis.Redis.Call;
import java.time.Duration;
import java.util.List;

/** {@code presence_watch.lua}. */
final class PresenceWatchScript {
    private static final Script SCRIPT = Script.of(PresenceWatchScript.class, "presence_watch");

    private PresenceWatchScript() {}

    /** @param uids of one bucket */
    static Call call(Redis redis, List<String> uids, long node, Duration within) {
        return Call.of(
                SCRIPT,
                uids.stream().map(uid -> PresenceKeys.watching(redis, uid)).toArray(byte[][]::new),
                decimal(node),
                decimal(within.toMillis()));
    }
}
