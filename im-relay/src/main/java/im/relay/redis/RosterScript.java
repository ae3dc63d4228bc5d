package im.relay.redis;

import im.relay.GroupStore.Member;
import im.relay.GroupStore.Members;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.List;

/** {@code roster.lua}: the members of a group, page by page. */
final class RosterScript {
    private static final Script SCRIPT = Script.of(RosterScript.class, "roster");

    private final StoreKeys keys;

    RosterScript(StoreKeys keys) {
        this.keys = keys;
    }

    Call call(int partition, String group, String after, int limit) {
        return Call.of(
                SCRIPT,
                new byte[][] {keys.state(partition), keys.group(partition, group), keys.members(partition, group)},
                StoreKeys.bytes(after),
                Redis.decimal(limit));
    }

    static Members members(int limit, Reply reply) {
        if (reply.isNull()) {
            throw new NotThereException();
        }
        List<Member> members = new ArrayList<>(Math.min(limit, reply.size()));
        for (int i = 0; i < Math.min(limit, reply.size()); i++) {
            String[] entry = reply.text(i).split(" ", -1);
            members.add(new Member(entry[0], StoredGroups.role(entry), Long.parseLong(entry[2])));
        }
        return new Members(members, reply.size() > limit);
    }
}
