package im.router.redis;

import static im.router.redis.Redis.decimal;
import static java.nio.charset.StandardCharsets.US_ASCII;

import im.router.NodeId;
import im.router.NodeInfo;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code take_slot.lua}. */
final class TakeSlotScript {
    private static final Script SCRIPT = Script.of(TakeSlotScript.class, "take_slot");

    private TakeSlotScript() {}

    /**
     * @param id null when it was refused
     * @param birth of the server's memory; empty when refused
     * @param refusal why, or null
     */
    record Answer(
            @Nullable NodeId id, String birth, @Nullable String refusal) {}

    static CompletionStage<Answer> run(Redis redis, NodeInfo info, String token, long leaseMillis, int slots) {
        return redis.run(
                        SCRIPT,
                        LeaseKeys.both(redis),
                        info.role().name().getBytes(US_ASCII),
                        info.name().getBytes(US_ASCII),
                        token.getBytes(US_ASCII),
                        decimal(leaseMillis),
                        decimal(slots),
                        Births.candidate(),
                        NodeRecords.write(info))
                .thenApply(reply -> answer(reply, info, slots));
    }

    private static Answer answer(Reply reply, NodeInfo info, int slots) {
        if (reply.size() == 3) {
            return new Answer(new NodeId((int) reply.number(0), reply.number(1)), reply.text(2), null);
        }
        String refusal = reply.text(0).equals("name")
                ? "a live node of role " + info.role() + " has the name '" + info.name() + "' already"
                : "all " + slots + " slots are taken by live nodes";
        return new Answer(null, "", refusal);
    }
}
