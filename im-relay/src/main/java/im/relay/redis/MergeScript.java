package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.IndexView.Entry;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** {@code merge.lua}: heads, lists of groups and the bucket's mark move together, or not. */
final class MergeScript {
    private static final Script SCRIPT = Script.of(MergeScript.class, "merge");
    /** Random, and as much room above to count in: together below 2^53. */
    private static final long TAGS = 1L << 52;

    private static final byte[] NO_GROUPS = {'0'};
    private static final byte[] EMPTY = {};

    private final StoreKeys keys;

    MergeScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** Answers with the mark that was there. */
    Call merge(int bucket, int partition, long expected, long mark, List<Entry> entries, boolean replay) {
        Map<String, Integer> places = new HashMap<>();
        List<byte[]> touched = new ArrayList<>(List.of(keys.marks(bucket), keys.leftOf(bucket)));
        List<byte[]> args = new ArrayList<>(List.of(
                Redis.decimal(partition),
                Redis.decimal(expected),
                Redis.decimal(mark),
                Redis.decimal(replay ? 1 : 0),
                Redis.decimal(ThreadLocalRandom.current().nextLong(1, TAGS))));
        for (Entry entry : entries) {
            String uid = entry.uid();
            ConversationKey conversation = entry.conversation();
            args.add(Redis.decimal(place(places, touched, 'i', uid)));
            if (conversation.isGroup()) {
                args.add(StoreKeys.bytes(conversation.group()));
                args.add(Redis.decimal(entry.head()));
                args.add(Redis.decimal(entry.timeMs()));
                args.add(Redis.decimal(place(places, touched, 'g', uid)));
                args.add(StoreKeys.bytes(uid));
                args.add(Redis.decimal(entry.member() ? 1 : 0));
            } else {
                args.add(StoreKeys.field(uid, conversation));
                args.add(Redis.decimal(entry.head()));
                args.add(Redis.decimal(entry.timeMs()));
                args.add(NO_GROUPS);
                args.add(EMPTY);
                args.add(EMPTY);
            }
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }

    /** Of a uid's index ({@code i}) or groups ({@code g}) among the keys, counted from 1. */
    private int place(Map<String, Integer> places, List<byte[]> touched, char kind, String uid) {
        return places.computeIfAbsent(kind + uid, name -> {
            touched.add(kind == 'i' ? keys.index(uid) : keys.groupsOf(uid));
            return touched.size();
        });
    }
}
