package im.relay.apply;

import com.google.protobuf.UnsafeByteOperations;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.GroupChange;
import im.protocol.v1.Push;
import im.protocol.v1.PushRecord;
import im.protocol.v1.PushedGroup;
import im.protocol.v1.PushedLoss;
import im.protocol.v1.PushedMembership;
import im.protocol.v1.PushedMessage;
import im.relay.GroupEffect;
import im.relay.LoggedMessage;
import im.router.NodeId;
import im.router.Route;
import im.router.Routes;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells the nodes of those who are there what has been placed: the routes of all receivers and the nodes of all groups in
 * one go, then one record a node, or a few where one would be too large. A message of a group goes to a node once, whoever
 * of its members are there (D17). Best effort: a push that is lost costs latency only, so what takes too long is no longer
 * waited for, and while it is under way later batches are not pushed at all. Lane only.
 */
final class Pusher {
    private static final int CONNECTION_BYTES = 8;

    private final Ports ports;
    private final Lane lane;
    private final Duration wait;
    private final ApplyMeters meters;
    private CompletableFuture<?> underWay = CompletableFuture.completedFuture(null);

    /**
     * @param routes null where nobody could say
     * @param interest null where nobody could say
     */
    private record Whereabouts(
            @Nullable Map<String, Routes> routes, @Nullable Map<String, long[]> interest) {}

    private record Membership(String uid, String group) {}

    Pusher(Ports ports, Lane lane, Duration wait, ApplyMeters meters) {
        this.ports = ports;
        this.lane = lane;
        this.wait = wait;
        this.meters = meters;
    }

    /** @return completes normally, whatever becomes of it, within the wait */
    CompletableFuture<?> push(Pushes pushes) {
        int copies = pushes.copies();
        if (copies == 0) {
            return CompletableFuture.completedFuture(null);
        }
        if (!underWay.isDone()) {
            meters.pushed(ApplyMeters.Push.SKIPPED, copies);
            return CompletableFuture.completedFuture(null);
        }
        long begun = System.nanoTime();
        underWay = ask(pushes.uids(), ports.routes()::routesOf)
                .thenCombine(ask(pushes.groups(), ports.interest()::nodesOf), Whereabouts::new)
                .thenComposeAsync(
                        where -> {
                            meters.took(ApplyMeters.Step.ROUTE, begun);
                            return send(pushes, where);
                        },
                        lane)
                .toCompletableFuture();
        CompletableFuture<?> waited = new CompletableFuture<>();
        Lane.Timer timer = lane.after(wait, () -> waited.complete(null));
        underWay.whenComplete((done, failure) -> {
            timer.cancel();
            waited.complete(null);
        });
        return waited;
    }

    /** Null where there was no answer. */
    private static <T> CompletionStage<@Nullable Map<String, T>> ask(
            Set<String> ids, Function<Collection<String>, CompletionStage<Map<String, T>>> lookup) {
        return ids.isEmpty()
                ? CompletableFuture.completedStage(Map.of())
                : lookup.apply(ids).handle((found, failure) -> failure == null ? found : null);
    }

    /** What a view or an index has forgotten is there again; routes are in the same servers. */
    void tellLoss() {
        Push loss = Push.newBuilder().setLoss(PushedLoss.getDefaultInstance()).build();
        for (NodeId gateway : ports.gateways().get()) {
            PushRecord record = PushRecord.newBuilder()
                    .setFormat(1)
                    .setIncarnation(gateway.incarnation())
                    .addPushes(loss)
                    .build();
            var unused = ports.pushes().send(gateway, record);
        }
    }

    private CompletableFuture<Void> send(Pushes pushes, Whereabouts where) {
        Map<Long, Parcels> nodes = new LinkedHashMap<>();
        for (int i = 0; i < pushes.messages().size(); i++) {
            LoggedMessage message = pushes.messages().get(i);
            byte[] placed = PlacedCodec.encode(message.position(), pushes.prevs()[i], message.envelope());
            if (message.conversation().isGroup()) {
                ports.offline().ofGroup(message.conversation().group(), placed);
                addressGroup(pushes, i, placed, where.interest, nodes);
            } else {
                address(message, pushes.prevs()[i], placed, where.routes, nodes);
            }
        }
        addressMembers(pushes, where.routes, nodes);
        long begun = System.nanoTime();
        return CompletableFuture.allOf(nodes.entrySet().stream()
                        .flatMap(node ->
                                node.getValue().send(NodeId.unpack(node.getKey()), ports.pushes(), meters).stream())
                        .toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> meters.took(ApplyMeters.Step.PUSH, begun));
    }

    private void address(
            LoggedMessage message,
            long prev,
            byte[] placed,
            @Nullable Map<String, Routes> routes,
            Map<Long, Parcels> nodes) {
        List<String> uids = message.conversation().uids();
        if (routes == null) {
            meters.pushed(ApplyMeters.Push.ROUTES_UNREADABLE, uids.size());
            return;
        }
        PushedMessage pushed = PushedMessage.newBuilder()
                .setConversation(message.conversation().text())
                .setPlaced(UnsafeByteOperations.unsafeWrap(placed))
                .setPosition(message.position())
                .setPrev(prev)
                .build();
        for (String uid : uids) {
            Map<Long, List<Route>> there = byNode(routes, uid);
            if (there.isEmpty()) {
                meters.pushed(ApplyMeters.Push.NOBODY, 1);
                if (!uid.equals(message.sender())) {
                    ports.offline().missed(uid, placed);
                }
            }
            there.forEach((node, connections) -> parcels(nodes, node)
                    .add(
                            push(uid, connections).setMessage(pushed),
                            2 * pushed.getConversation().length()
                                    + CONNECTION_BYTES * connections.size()
                                    + placed.length));
        }
    }

    private void addressGroup(
            Pushes pushes, int i, byte[] placed, @Nullable Map<String, long[]> interest, Map<Long, Parcels> nodes) {
        if (interest == null) {
            meters.pushed(ApplyMeters.Push.ROUTES_UNREADABLE, 1);
            return;
        }
        LoggedMessage message = pushes.messages().get(i);
        long[] there = interest.getOrDefault(message.conversation().group(), new long[0]);
        if (there.length == 0) {
            meters.pushed(ApplyMeters.Push.NOBODY, 1);
            return;
        }
        PushedGroup.Builder pushed = PushedGroup.newBuilder()
                .setConversation(message.conversation().text())
                .setPlaced(UnsafeByteOperations.unsafeWrap(placed))
                .setPosition(message.position())
                .setPrev(pushes.prevs()[i])
                .setChangedAt(pushes.changedAt()[i]);
        EffectiveChange change = pushes.changes().get(message.position());
        if (change != null) {
            pushed.setChange(told(change));
        }
        PushedGroup built = pushed.build();
        for (long node : there) {
            parcels(nodes, node).add(Push.newBuilder().setGroup(built), built.getSerializedSize());
        }
    }

    private static GroupChange told(EffectiveChange change) {
        GroupEffect effect = change.effect();
        GroupChange.Builder told = GroupChange.newBuilder()
                .setBefore(change.before())
                .setDissolved(!effect.state().isOpen());
        effect.members().forEach((uid, member) -> told.putRoles(uid, member.role()));
        return told.build();
    }

    /** Whoever comes or goes hears of it by its own routes too: its node may have had no member of the group (D17). */
    private static void addressMembers(Pushes pushes, @Nullable Map<String, Routes> routes, Map<Long, Parcels> nodes) {
        if (routes == null) {
            return;
        }
        Set<Membership> changed = new LinkedHashSet<>();
        pushes.changes().values().stream()
                .map(EffectiveChange::effect)
                .forEach(effect ->
                        effect.members().keySet().forEach(uid -> changed.add(new Membership(uid, effect.group()))));
        for (Membership member : changed) {
            PushedMembership pushed =
                    PushedMembership.newBuilder().setGroup(member.group).build();
            byNode(routes, member.uid)
                    .forEach((node, connections) -> parcels(nodes, node)
                            .add(
                                    push(member.uid, connections).setMembership(pushed),
                                    member.uid.length()
                                            + member.group.length()
                                            + CONNECTION_BYTES * connections.size()));
        }
    }

    private static Map<Long, List<Route>> byNode(Map<String, Routes> routes, String uid) {
        return routes.getOrDefault(uid, Routes.NONE).elsewhere().stream()
                .collect(Collectors.groupingBy(Route::node, LinkedHashMap::new, Collectors.toList()));
    }

    private static Push.Builder push(String uid, List<Route> connections) {
        Push.Builder push = Push.newBuilder().setUid(uid);
        connections.forEach(route -> push.addConnections(route.connection()));
        return push;
    }

    private static Parcels parcels(Map<Long, Parcels> nodes, long node) {
        return nodes.computeIfAbsent(node, n -> new Parcels());
    }
}
