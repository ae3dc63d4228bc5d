package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.CompareRequest;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.RedisKeys;
import im.router.redis.Reply;
import im.router.redis.Script;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code compare.lua}: index, marks, and what a device has, as of one moment. */
final class CompareScript {
    private static final Script SCRIPT = Script.of(CompareScript.class, "compare");

    private final StoreKeys keys;

    CompareScript(StoreKeys keys) {
        this.keys = keys;
    }

    /**
     * @param marks -1 where there is none
     * @param cursors of the device, by the conversation's field; empty where they were not asked for
     * @param groups that the uid is or was in; empty where they were not asked for
     */
    record Found(
            IndexEntries index, long[] marks, DeviceStart device, Map<String, Long> cursors, List<GroupEntry> groups) {

        /** What the device has of a conversation whose floor this is. */
        long base(CompareRequest request, ConversationKey conversation, int partition, long floor) {
            Long known = request.known().get(conversation);
            if (known != null) {
                return known;
            }
            String field = new String(StoreKeys.field(request.uid(), conversation), StandardCharsets.US_ASCII);
            @Nullable Long cursor = cursors.get(field);
            return cursor == null ? device.begin(partition, floor) : Math.max(cursor, device.start(partition));
        }
    }

    Call call(CompareRequest request) {
        String uid = request.uid();
        return Call.of(
                SCRIPT,
                new byte[][] {
                    keys.index(uid),
                    keys.marks(RedisKeys.bucketOf(uid)),
                    keys.devices(uid),
                    keys.cursors(uid, request.device()),
                    keys.groupsOf(uid)
                },
                StoreKeys.bytes(request.device()),
                Redis.decimal(request.complete() ? 0 : 1),
                Redis.decimal(request.groups() ? 1 : 0));
    }

    static Found found(String uid, int partitions, Reply reply) {
        Reply stored = reply.at(1);
        long[] marks = new long[partitions];
        java.util.Arrays.fill(marks, -1);
        for (int i = 0; i + 1 < stored.size(); i += 2) {
            int partition = (int) stored.number(i);
            if (partition < partitions) {
                marks[partition] = stored.number(i + 1);
            }
        }
        Map<String, Long> cursors = new HashMap<>();
        Reply fields = reply.at(3);
        for (int i = 0; i + 1 < fields.size(); i += 2) {
            cursors.put(fields.text(i), fields.number(i + 1));
        }
        DeviceStart device =
                reply.isNull(2) ? DeviceStart.firstHeld(partitions) : DeviceStart.parse(reply.text(2), partitions);
        List<GroupEntry> groups = GroupEntry.parse(reply.at(4));
        return new Found(IndexEntries.parse(uid, reply.at(0)), marks, device, cursors, groups);
    }
}
