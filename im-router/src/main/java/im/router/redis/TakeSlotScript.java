package im.router.redis;

import static im.router.redis.Redis.decimal;
import static java.nio.charset.StandardCharsets.US_ASCII;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.SlotRange;
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
     * @param holder of the name, should it be that which is taken
     */
    record Answer(
            @Nullable NodeId id,
            String birth,
            @Nullable String refusal,
            @Nullable Holder holder) {}

    /**
     * A lease with the name that was asked for.
     *
     * @param deadline when it ends unless it is renewed, by the server's clock, ms
     */
    record Holder(String token, long deadline) {
        private static Holder of(String text) {
            int space = text.indexOf(' ');
            return new Holder(text.substring(space + 1), Long.parseLong(text.substring(0, space)));
        }
    }

    static CompletionStage<Answer> run(Redis redis, NodeInfo info, String token, long leaseMillis, SlotRange slots) {
        return redis.run(
                        SCRIPT,
                        LeaseKeys.both(redis),
                        info.role().name().getBytes(US_ASCII),
                        info.name().getBytes(US_ASCII),
                        token.getBytes(US_ASCII),
                        decimal(leaseMillis),
                        decimal(slots.first()),
                        decimal(slots.end() - 1),
                        Births.candidate(),
                        NodeRecords.write(info))
                .thenApply(reply -> answer(reply, info, slots));
    }

    private static Answer answer(Reply reply, NodeInfo info, SlotRange slots) {
        if (reply.size() == 3) {
            return new Answer(new NodeId((int) reply.number(0), reply.number(1)), reply.text(2), null, null);
        }
        if (reply.text(0).equals("name")) {
            String why = "a live node of role " + info.role() + " has the name '" + info.name() + "' already";
            return new Answer(null, "", why, Holder.of(reply.text(1)));
        }
        return new Answer(null, "", "all " + slots.size() + " slots for its role are taken by live nodes", null);
    }
}
