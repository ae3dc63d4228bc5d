package im.relay.redis;

import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.relay.CursorStore;
import im.relay.Partitions;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** {@code raise.lua}: cursors and read marks of a bucket's uids, which only rise. */
final class RaiseScript {
    /** Raises of one call. */
    static final int MAX = 256;

    private static final Script SCRIPT = Script.of(RaiseScript.class, "raise");

    private final StoreKeys keys;
    private final Partitions partitions;

    RaiseScript(StoreKeys keys, Partitions partitions) {
        this.keys = keys;
        this.partitions = partitions;
    }

    /** @param device empty where the uid's read mark is meant */
    record Target(String uid, String device, ConversationKey conversation) {
        boolean isRead() {
            return device.isEmpty();
        }
    }

    /**
     * Answers for each the position that is stored now, 0 where that was there before.
     *
     * @param raises of uids of one bucket, at most {@link #MAX}
     */
    Call call(int bucket, List<Map.Entry<Target, Long>> raises, long nowMs) {
        List<byte[]> touched = new ArrayList<>(1 + 3 * raises.size());
        List<byte[]> args = new ArrayList<>(2 + 4 * raises.size());
        touched.add(keys.marks(bucket));
        args.add(Redis.decimal(nowMs));
        args.add(Redis.decimal(CursorStore.MAX_DEVICES));
        for (Map.Entry<Target, Long> raise : raises) {
            Target target = raise.getKey();
            touched.add(keys.index(target.uid()));
            touched.add(keys.devices(target.uid()));
            touched.add(target.isRead() ? keys.reads(target.uid()) : keys.cursors(target.uid(), target.device()));
            args.add(StoreKeys.bytes(target.device()));
            args.add(StoreKeys.field(target.uid(), target.conversation()));
            args.add(Redis.decimal(partitions.of(target.conversation())));
            args.add(Redis.decimal(Math.min(raise.getValue(), Limits.POSITION)));
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }
}
