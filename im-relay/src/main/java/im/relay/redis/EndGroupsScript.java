package im.relay.redis;

import im.relay.redis.GroupsScript.Group;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.RedisKeys;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.List;

/** {@code end_groups.lua}: a uid is in none of the groups that were dissolved. */
final class EndGroupsScript {
    /** Groups of one call. */
    static final int MAX = 512;

    private static final Script SCRIPT = Script.of(EndGroupsScript.class, "end_groups");

    private final StoreKeys keys;

    EndGroupsScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** Each of a bounded number. */
    List<Call> calls(String uid, List<Group> dissolved) {
        List<Call> calls = new ArrayList<>();
        for (int from = 0; from < dissolved.size(); from += MAX) {
            calls.add(call(uid, dissolved.subList(from, Math.min(dissolved.size(), from + MAX))));
        }
        return calls;
    }

    private Call call(String uid, List<Group> dissolved) {
        List<byte[]> args = new ArrayList<>(1 + 2 * dissolved.size());
        args.add(StoreKeys.bytes(uid));
        for (Group group : dissolved) {
            args.add(StoreKeys.bytes(group.group()));
            args.add(Redis.decimal(group.timeMs()));
        }
        return Call.of(
                SCRIPT,
                new byte[][] {keys.groupsOf(uid), keys.leftOf(RedisKeys.bucketOf(uid))},
                args.toArray(byte[][]::new));
    }
}
