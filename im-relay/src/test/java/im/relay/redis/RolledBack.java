package im.relay.redis;

import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;

/** The keys of one hash tag as they are now, to be put back later: a slot that failed over and lost its last second. */
final class RolledBack {
    private final HandRelay relay;
    private final String tag;
    private final List<byte[]> keys = new ArrayList<>();
    private final List<byte[]> values = new ArrayList<>();

    RolledBack(HandRelay relay, String tag) {
        this.relay = relay;
        this.tag = tag;
        Reply found = HandRelay.await(relay.redis.call(
                Call.of("KEYS", StoreKeys.bytes(relay.redis.keys().prefix() + tag + "*"))));
        for (int i = 0; i < found.size(); i++) {
            keys.add(found.bytes(i));
            values.add(HandRelay.await(relay.redis.call(Call.of("DUMP", found.bytes(i))))
                    .bytes());
        }
    }

    void restore() {
        relay.lose(tag);
        for (int i = 0; i < keys.size(); i++) {
            HandRelay.await(relay.redis.call(Call.of("RESTORE", keys.get(i), StoreKeys.bytes("0"), values.get(i))));
        }
    }
}
