package im.relay.redis;

import im.relay.group.GroupState;
import im.relay.group.Membership;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code restore.lua}: puts groups into a view that has lost them. */
final class RestoreScript {
    /** Groups and members together of one call. */
    static final int MAX = 512;

    private static final Script SCRIPT = Script.of(RestoreScript.class, "restore", "members");

    private final StoreKeys keys;

    RestoreScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** Some of the members of a group. */
    record Part(String group, GroupState state, List<Map.Entry<String, Membership>> members) {}

    /** Answers 1 when it took effect. */
    Call call(int partition, long expected, String attempt, boolean begins, List<Part> parts) {
        List<byte[]> touched = new ArrayList<>(List.of(keys.state(partition), keys.left(partition)));
        List<byte[]> args = new ArrayList<>(
                List.of(Redis.decimal(expected), StoreKeys.bytes(attempt), Redis.decimal(begins ? 1 : 0)));
        for (Part part : parts) {
            touched.add(keys.group(partition, part.group()));
            touched.add(keys.members(partition, part.group()));
            touched.add(keys.stretches(partition, part.group()));
            List<byte[]> own = StoredGroups.args(part.state(), part.members());
            args.add(StoreKeys.bytes(part.group()));
            args.add(Redis.decimal(own.size()));
            args.addAll(own);
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }
}
