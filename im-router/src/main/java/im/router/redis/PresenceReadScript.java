package im.router.redis;

import im.router.redis.Redis.Call;
import java.util.List;

/** {@code presence_read.lua}: the server's time, then those of the uids. */
final class PresenceReadScript {
    private static final Script SCRIPT = Script.of(PresenceReadScript.class, "presence_read");

    private PresenceReadScript() {}

    /** @param uids of one bucket */
    static Call call(Redis redis, List<String> uids) {
        return Call.of(
                SCRIPT, uids.stream().map(uid -> PresenceKeys.seen(redis, uid)).toArray(byte[][]::new));
    }
}
