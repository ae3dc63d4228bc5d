package im.gateway.cluster;

import im.gateway.cluster.ClusterMeters.Outgoing;
import im.protocol.v1.Push;
import im.protocol.v1.PushRecord;
import im.relay.PushSender;
import im.router.NodeId;
import im.router.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Pushes on their way to other nodes, gathered for {@link #GATHER_MILLIS} so that each node gets one record for all of
 * them. What finds no room is dropped: a push is a hint. Any thread.
 */
final class OutgoingPushes {
    static final int GATHER_MILLIS = 10;
    static final int MAX_WAITING_BYTES = 8 << 20;

    static final int FORMAT = 1;
    private static final int RECORD_BYTES = PushSender.MAX_RECORD_BYTES / 2;
    /** What a push takes in a record beside itself, at most. */
    private static final int OVERHEAD_BYTES = 16;

    private final PushSender sender;
    private final BooleanSupplier holdsLease;
    private final ScheduledExecutorService timer;
    private final ClusterMeters meters;
    private Map<Long, List<Push>> waiting = new HashMap<>();
    private int bytes;

    OutgoingPushes(
            PushSender sender, BooleanSupplier holdsLease, ScheduledExecutorService timer, ClusterMeters meters) {
        this.sender = sender;
        this.holdsLease = holdsLease;
        this.timer = timer;
        this.meters = meters;
    }

    /** @param push without connections, which are those of the routes */
    void add(List<Route> routes, Push.Builder push) {
        if (routes.isEmpty()) {
            return;
        }
        if (!holdsLease.getAsBoolean()) {
            meters.outgoing(Outgoing.DROPPED, 1);
            return;
        }
        Map<Long, List<Long>> byNode = new LinkedHashMap<>();
        for (Route route : routes) {
            byNode.computeIfAbsent(route.node(), node -> new ArrayList<>(1)).add(route.connection());
        }
        byNode.forEach((node, connections) ->
                add(node, push.clone().addAllConnections(connections).build()));
    }

    /** A push for a node and none of its connections. */
    void addFor(long node, Push push) {
        if (holdsLease.getAsBoolean()) {
            add(node, push);
        } else {
            meters.outgoing(Outgoing.DROPPED, 1);
        }
    }

    private synchronized void add(long node, Push push) {
        int size = push.getSerializedSize() + OVERHEAD_BYTES;
        if (size > RECORD_BYTES || bytes + size > MAX_WAITING_BYTES) {
            meters.outgoing(Outgoing.DROPPED, 1);
            return;
        }
        if (waiting.isEmpty()) {
            var unused = timer.schedule(this::flush, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        }
        waiting.computeIfAbsent(node, n -> new ArrayList<>()).add(push);
        bytes += size;
    }

    private void flush() {
        Map<Long, List<Push>> now;
        synchronized (this) {
            now = waiting;
            waiting = new HashMap<>();
            bytes = 0;
        }
        boolean holds = holdsLease.getAsBoolean();
        now.forEach((node, pushes) -> {
            if (holds) {
                send(NodeId.unpack(node), pushes);
            } else {
                meters.outgoing(Outgoing.DROPPED, pushes.size());
            }
        });
    }

    private void send(NodeId node, List<Push> pushes) {
        PushRecord.Builder record = record(node);
        int size = 0;
        for (Push push : pushes) {
            int more = push.getSerializedSize() + OVERHEAD_BYTES;
            if (size + more > RECORD_BYTES) {
                send(node, record.build());
                record = record(node);
                size = 0;
            }
            record.addPushes(push);
            size += more;
        }
        send(node, record.build());
    }

    private static PushRecord.Builder record(NodeId node) {
        return PushRecord.newBuilder().setFormat(FORMAT).setIncarnation(node.incarnation());
    }

    private void send(NodeId node, PushRecord record) {
        sender.send(node, record)
                .whenComplete((sent, failure) ->
                        meters.outgoing(failure == null ? Outgoing.SENT : Outgoing.FAILED, record.getPushesCount()));
    }
}
