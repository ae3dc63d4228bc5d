package im.relay.redis;

import im.relay.IndexView.Entry;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;

/** {@code merge.lua}: heads and the bucket's mark move together, or not. */
final class MergeScript {
    private static final Script SCRIPT = Script.of(MergeScript.class, "merge");
    /** Random, and as much room above to count in: together below 2^53. */
    private static final long TAGS = 1L << 52;

    private final StoreKeys keys;

    MergeScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** Answers with the mark that was there. */
    Call merge(int bucket, int partition, long expected, long mark, List<Entry> entries, boolean replay) {
        Map<String, Integer> uids = new LinkedHashMap<>();
        List<byte[]> touched = new ArrayList<>(List.of(keys.marks(bucket)));
        List<byte[]> args = new ArrayList<>(List.of(
                Redis.decimal(partition),
                Redis.decimal(expected),
                Redis.decimal(mark),
                Redis.decimal(replay ? 1 : 0),
                Redis.decimal(ThreadLocalRandom.current().nextLong(1, TAGS))));
        for (Entry entry : entries) {
            Integer place = uids.get(entry.uid());
            if (place == null) {
                touched.add(keys.index(entry.uid()));
                place = touched.size();
                uids.put(entry.uid(), place);
            }
            args.add(Redis.decimal(place));
            args.add(StoreKeys.field(entry.uid(), entry.conversation()));
            args.add(Redis.decimal(entry.head()));
            args.add(Redis.decimal(entry.timeMs()));
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }
}
