package im.gateway.api;

import com.google.protobuf.ByteString;
import im.protocol.v1.BroadcastOrder;
import im.protocol.v1.BroadcastProgress;
import im.protocol.v1.PushedBroadcast;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * A broadcast at the other gateways, as the one that was asked sees it. What it says to them may be lost, so it says it
 * again: the order until they have answered it, then the question how far they are, until they are done or live no more.
 * On the broadcasts' thread.
 */
final class Spread {
    private final Broadcast.Order order;
    private final long self;
    private final OtherGateways others;
    private final int share;
    private final Map<Long, BroadcastProgress> told = new HashMap<>();
    private final Set<Long> open;

    Spread(Broadcast.Order order, long self, OtherGateways others) {
        this.order = order;
        this.self = self;
        this.others = others;
        this.open = new HashSet<>(others.live());
        int gateways = open.size() + 1;
        this.share = (order.perSecond() + gateways - 1) / gateways;
    }

    /** Messages a second of each gateway, this one too. */
    int share() {
        return share;
    }

    void ask() {
        open.retainAll(Set.copyOf(others.live()));
        for (long node : open) {
            PushedBroadcast.Builder said =
                    PushedBroadcast.newBuilder().setId(order.id()).setFrom(self);
            if (!told.containsKey(node)) {
                said.setOrder(BroadcastOrder.newBuilder()
                        .setSender(order.from())
                        .setSend(order.send().toByteString())
                        .setPerSecond(share)
                        .setHash(ByteString.copyFrom(order.hash())));
            }
            others.tell(node, said.build());
        }
    }

    /** An answer may come late: what it says never goes back. */
    void heard(long node, BroadcastProgress now) {
        told.merge(
                node,
                now,
                (before, after) -> BroadcastProgress.newBuilder()
                        .setReceivers(Math.max(before.getReceivers(), after.getReceivers()))
                        .setSent(Math.max(before.getSent(), after.getSent()))
                        .setFailed(Math.max(before.getFailed(), after.getFailed()))
                        .build());
        if (now.getEnded()) {
            open.remove(node);
        }
    }

    void cancel() {
        for (long node : open) {
            others.tell(
                    node,
                    PushedBroadcast.newBuilder()
                            .setId(order.id())
                            .setFrom(self)
                            .setCancelled(true)
                            .build());
        }
    }

    boolean hasEnded() {
        return open.isEmpty();
    }

    /** Of all the others together. */
    BroadcastProgress progress() {
        BroadcastProgress.Builder sum = BroadcastProgress.newBuilder();
        told.values()
                .forEach(each -> sum.setReceivers(sum.getReceivers() + each.getReceivers())
                        .setSent(sum.getSent() + each.getSent())
                        .setFailed(sum.getFailed() + each.getFailed()));
        return sum.build();
    }

    static PushedBroadcast progress(String id, long self, BroadcastProgress progress) {
        return PushedBroadcast.newBuilder()
                .setId(id)
                .setFrom(self)
                .setProgress(progress)
                .build();
    }

    /** Whoever has not heard of it, or has forgotten it, has no more to do with it. */
    static PushedBroadcast unknown(String id, long self) {
        return progress(id, self, BroadcastProgress.newBuilder().setEnded(true).build());
    }
}
