package im.relay.apply;

import com.google.protobuf.UnsafeByteOperations;
import im.protocol.codec.PlacedCodec;
import im.protocol.v1.Push;
import im.protocol.v1.PushRecord;
import im.protocol.v1.PushedMessage;
import im.relay.LoggedMessage;
import im.relay.PushSender;
import im.router.NodeId;
import im.router.Route;
import im.router.Routes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Tells the nodes of those who are there what has been placed: the routes of all receivers in one go, then one record a
 * node, or a few where one would be too large. Best effort: a push that is lost costs latency only, so what takes too
 * long is no longer waited for, and while it is under way later batches are not pushed at all. Lane only.
 */
final class Pusher {
    /** What a push costs in a record besides its strings and bytes, at most, and a connection in it. */
    private static final int PUSH_BYTES = 64;

    private static final int CONNECTION_BYTES = 8;

    private final Ports ports;
    private final Lane lane;
    private final Duration wait;
    private final ApplyMeters meters;
    private CompletableFuture<?> underWay = CompletableFuture.completedFuture(null);

    Pusher(Ports ports, Lane lane, Duration wait, ApplyMeters meters) {
        this.ports = ports;
        this.lane = lane;
        this.wait = wait;
        this.meters = meters;
    }

    /** @return completes normally, whatever becomes of it, within the wait */
    CompletableFuture<?> push(List<LoggedMessage> messages, long[] prevs) {
        int copies =
                messages.stream().mapToInt(m -> m.conversation().uids().size()).sum();
        if (copies == 0) {
            return CompletableFuture.completedFuture(null);
        }
        if (!underWay.isDone()) {
            meters.pushed(ApplyMeters.Push.SKIPPED, copies);
            return CompletableFuture.completedFuture(null);
        }
        Set<String> uids = new LinkedHashSet<>();
        messages.forEach(message -> uids.addAll(message.conversation().uids()));
        long begun = System.nanoTime();
        underWay = ports.routes()
                .routesOf(uids)
                .handle((routes, failure) -> failure == null ? routes : null)
                .thenComposeAsync(
                        routes -> {
                            meters.took(ApplyMeters.Step.ROUTE, begun);
                            return send(messages, prevs, routes, copies);
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

    private CompletableFuture<Void> send(
            List<LoggedMessage> messages, long[] prevs, @Nullable Map<String, Routes> routes, int copies) {
        if (routes == null) {
            meters.pushed(ApplyMeters.Push.ROUTES_UNREADABLE, copies);
            return CompletableFuture.completedFuture(null);
        }
        Map<Long, Parcels> nodes = new LinkedHashMap<>();
        for (int i = 0; i < messages.size(); i++) {
            address(messages.get(i), prevs[i], routes, nodes);
        }
        long begun = System.nanoTime();
        return CompletableFuture.allOf(nodes.entrySet().stream()
                        .flatMap(node -> node.getValue().send(NodeId.unpack(node.getKey())).stream())
                        .toArray(CompletableFuture<?>[]::new))
                .thenRun(() -> meters.took(ApplyMeters.Step.PUSH, begun));
    }

    private void address(LoggedMessage message, long prev, Map<String, Routes> routes, Map<Long, Parcels> nodes) {
        byte[] placed = PlacedCodec.encode(message.position(), prev, message.envelope());
        PushedMessage pushed = PushedMessage.newBuilder()
                .setConversation(message.conversation().text())
                .setPlaced(UnsafeByteOperations.unsafeWrap(placed))
                .setPosition(message.position())
                .setPrev(prev)
                .build();
        for (String uid : message.conversation().uids()) {
            Map<Long, List<Route>> there = routes.getOrDefault(uid, Routes.NONE).elsewhere().stream()
                    .collect(Collectors.groupingBy(Route::node, LinkedHashMap::new, Collectors.toList()));
            if (there.isEmpty()) {
                meters.pushed(ApplyMeters.Push.NOBODY, 1);
            }
            there.forEach((node, connections) ->
                    nodes.computeIfAbsent(node, n -> new Parcels()).add(uid, connections, pushed, placed.length));
        }
    }

    /** The records for one node. */
    private final class Parcels {
        private final List<PushRecord.Builder> records = new ArrayList<>();
        private int bytes = PushSender.MAX_RECORD_BYTES;

        void add(String uid, List<Route> connections, PushedMessage pushed, int placedBytes) {
            int size = PUSH_BYTES
                    + 2 * pushed.getConversation().length()
                    + CONNECTION_BYTES * connections.size()
                    + placedBytes;
            if (bytes + size > PushSender.MAX_RECORD_BYTES) {
                records.add(PushRecord.newBuilder().setFormat(1));
                bytes = PUSH_BYTES;
            }
            bytes += size;
            Push.Builder push = records.get(records.size() - 1)
                    .addPushesBuilder()
                    .setUid(uid)
                    .setMessage(pushed);
            connections.forEach(route -> push.addConnections(route.connection()));
        }

        List<CompletableFuture<?>> send(NodeId node) {
            List<CompletableFuture<?>> sends = new ArrayList<>();
            for (PushRecord.Builder record : records) {
                int copies = record.getPushesCount();
                sends.add(ports.pushes()
                        .send(node, record.setIncarnation(node.incarnation()).build())
                        .handle((done, failure) -> count(failure == null, copies))
                        .toCompletableFuture());
            }
            return sends;
        }

        private boolean count(boolean sent, int copies) {
            meters.pushed(sent ? ApplyMeters.Push.SENT : ApplyMeters.Push.FAILED, copies);
            return sent;
        }
    }
}
