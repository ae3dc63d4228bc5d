package im.gateway.api;

import im.gateway.rate.TokenBucket;
import im.protocol.MessageId;
import im.protocol.v1.BroadcastProgress;
import im.protocol.v1.Send;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One message to many, and how far it is. On the broadcasts' thread. */
final class Broadcast {
    /** Where it stands. */
    enum State {
        RUNNING,
        DONE,
        CANCELLED
    }

    /**
     * What was asked for.
     *
     * @param id of the broadcast, a UUID
     * @param send without message id
     * @param perSecond messages, at most; of all gateways together
     */
    record Order(String id, String from, Send send, int perSecond, byte[] hash) {}

    /** What a pause may be made up for. */
    static final long BURST_NANOS = TokenBucket.NANOS / 10;

    final Order order;
    final TokenBucket rate;
    /** None when it has ended: it is known for long after. */
    ArrayDeque<String> left = new ArrayDeque<>();

    State state = State.RUNNING;
    int total;
    int sent;
    int failed;
    int inFlight;
    /** Still to find out who is there. */
    boolean gathering;
    /** Those that other gateways have to reach too; null when it is not to everybody, or not begun here. */
    @Nullable Spread spread;

    /** To the connections of this process only: others reach those of theirs. */
    final boolean toOwn;

    /**
     * @param perSecond of this process
     * @param toOwn whether it is to those who are connected to this process
     */
    Broadcast(Order order, int perSecond, boolean toOwn, long nowNanos) {
        this.order = order;
        this.toOwn = toOwn;
        this.rate = new TokenBucket(perSecond, BURST_NANOS, nowNanos);
    }

    void receivers(List<String> uids) {
        left.addAll(uids);
        total += uids.size();
    }

    /** The same for each try, another for each receiver. */
    MessageId messageId(String uid) {
        ByteBuffer hash = ByteBuffer.wrap(Callers.sha256(order.id() + "|" + uid));
        long high = (hash.getLong() & ~0xf000L) | 0x8000L;
        long low = (hash.getLong() & 0x3fff_ffff_ffff_ffffL) | Long.MIN_VALUE;
        return new MessageId(high, low);
    }

    void settleIfDone() {
        if (state == State.RUNNING && isThrough() && (spread == null || spread.hasEnded())) {
            end(State.DONE);
        }
    }

    void end(State how) {
        state = how;
        left = new ArrayDeque<>(0);
    }

    /** Whether whoever is connected here has been reached. */
    private boolean isThrough() {
        return !gathering && left.isEmpty() && inFlight == 0;
    }

    /** What is told to the gateway that asks. */
    BroadcastProgress progress() {
        return BroadcastProgress.newBuilder()
                .setReceivers(total)
                .setSent(sent)
                .setFailed(failed)
                .setEnded(state == State.CANCELLED || isThrough())
                .build();
    }

    JsonObject json() {
        BroadcastProgress elsewhere = spread == null ? BroadcastProgress.getDefaultInstance() : spread.progress();
        return new JsonObject()
                .put("broadcast_id", order.id())
                .put("state", state.name().toLowerCase(Locale.ROOT))
                .put("receivers", total + elsewhere.getReceivers())
                .put("sent", sent + elsewhere.getSent())
                .put("failed", failed + elsewhere.getFailed())
                .put("per_second", order.perSecond());
    }
}
