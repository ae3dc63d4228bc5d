package im.router.redis;

import static im.router.redis.Redis.decimal;
import static java.nio.charset.StandardCharsets.US_ASCII;

import im.router.NodeId;
import java.util.concurrent.CompletionStage;

/** {@code give_back.lua}. */
final class GiveBackScript {
    private static final Script SCRIPT = Script.of(GiveBackScript.class, "give_back");

    private GiveBackScript() {}

    /** @return whether the lease was there */
    static CompletionStage<Boolean> run(Redis redis, NodeId id, String token) {
        return redis.run(
                        SCRIPT,
                        new byte[][] {LeaseKeys.leases(redis)},
                        decimal(id.slot()),
                        decimal(id.incarnation()),
                        token.getBytes(US_ASCII))
                .thenApply(reply -> reply.number() == 1);
    }
}
