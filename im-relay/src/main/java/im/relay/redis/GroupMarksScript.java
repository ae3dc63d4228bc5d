package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.GroupStore.Mark;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.List;

/** {@code group_marks.lua}: where groups of a partition stand. */
final class GroupMarksScript {
    /** Groups of one call. */
    static final int MAX = 512;

    private static final Script SCRIPT = Script.of(GroupMarksScript.class, "group_marks", "members");

    private final StoreKeys keys;

    GroupMarksScript(StoreKeys keys) {
        this.keys = keys;
    }

    Call call(int partition, List<String> groups) {
        List<byte[]> touched = new ArrayList<>(1 + 2 * groups.size());
        touched.add(keys.state(partition));
        for (String group : groups) {
            touched.add(keys.conversation(partition, ConversationKey.group(group)));
            touched.add(keys.group(partition, group));
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new));
    }

    static Mark mark(Reply reply, int index) {
        if (reply.isNull()) {
            throw new NotThereException();
        }
        return new Mark(reply.number(2 * index), reply.number(2 * index + 1));
    }
}
