package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.GroupStore.Reached;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** How far uids have a conversation: first what they have read and which devices they have, then those devices' cursors. */
final class ReachedRead {
    private final Redis redis;
    private final StoreKeys keys;

    ReachedRead(Redis redis, StoreKeys keys) {
        this.redis = redis;
        this.keys = keys;
    }

    CompletionStage<List<Reached>> read(ConversationKey conversation, List<String> uids) {
        List<Call> calls = new ArrayList<>(2 * uids.size());
        for (String uid : uids) {
            calls.add(Call.of("HGET", keys.reads(uid), StoreKeys.field(uid, conversation)));
            calls.add(Call.of("HKEYS", keys.devices(uid)));
        }
        return Pipelined.all(redis, calls).thenCompose(replies -> {
            List<Call> cursors = new ArrayList<>();
            for (int i = 0; i < uids.size(); i++) {
                String uid = uids.get(i);
                Reply devices = replies.get(2 * i + 1);
                for (int d = 0; d < devices.size(); d++) {
                    cursors.add(
                            Call.of("HGET", keys.cursors(uid, devices.text(d)), StoreKeys.field(uid, conversation)));
                }
            }
            return Pipelined.all(redis, cursors).thenApply(positions -> reached(uids, replies, positions));
        });
    }

    private static List<Reached> reached(List<String> uids, List<Reply> replies, List<Reply> positions) {
        List<Reached> all = new ArrayList<>(uids.size());
        int at = 0;
        for (int i = 0; i < uids.size(); i++) {
            long delivered = 0;
            for (int d = 0; d < replies.get(2 * i + 1).size(); d++) {
                delivered = Math.max(delivered, positions.get(at++).numberOr(0));
            }
            all.add(new Reached(uids.get(i), delivered, replies.get(2 * i).numberOr(0)));
        }
        return all;
    }
}
