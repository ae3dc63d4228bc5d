package im.router.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** {@code presence_seen.lua}. */
final class PresenceSeenScript {
    private static final Script SCRIPT = Script.of(PresenceSeenScript.class, "presence_seen");

    private PresenceSeenScript() {}

    /** @return nodes that watch the uid, packed */
    static CompletionStage<List<Long>> run(Redis redis, String uid) {
        return redis.run(SCRIPT, new byte[][] {PresenceKeys.seen(redis, uid), PresenceKeys.watching(redis, uid)})
                .thenApply(reply -> {
                    List<Long> nodes = new ArrayList<>(reply.size());
                    for (int i = 0; i < reply.size(); i++) {
                        nodes.add(reply.number(i));
                    }
                    return nodes;
                });
    }
}
