package im.router.redis;

import static im.router.redis.Redis.decimal;
import static java.nio.charset.StandardCharsets.US_ASCII;

import im.router.NodeId;
import im.router.NodeInfo;
import java.util.concurrent.CompletionStage;

/** {@code renew_lease.lua}. */
final class RenewLeaseScript {
    private static final Script SCRIPT = Script.of(RenewLeaseScript.class, "renew_lease");

    private RenewLeaseScript() {}

    /**
     * @param birth that the holder knows
     * @param stillRuns whether the lease has not ended by the holder's clock
     * @return the birth, or empty when the lease has ended
     */
    static CompletionStage<String> run(
            Redis redis, NodeId id, NodeInfo info, String token, long leaseMillis, String birth, boolean stillRuns) {
        return redis.run(
                        SCRIPT,
                        LeaseKeys.both(redis),
                        decimal(id.slot()),
                        decimal(id.incarnation()),
                        token.getBytes(US_ASCII),
                        info.role().name().getBytes(US_ASCII),
                        info.name().getBytes(US_ASCII),
                        decimal(leaseMillis),
                        birth.getBytes(US_ASCII),
                        decimal(stillRuns ? 1 : 0),
                        Births.candidate(),
                        NodeRecords.write(info))
                .thenApply(reply -> reply.isNull() ? "" : reply.text());
    }
}
