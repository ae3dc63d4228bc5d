package im.router.redis;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.Nodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is there, as lists of the server tell. After the server was away, or came back without its memory, those it does
 * not know are kept for one lease more: they need that time to renew. Who is missing already is given another one only
 * when the server was away for as long as a lease, or lost its memory. Listeners are called one at a time under the
 * view's lock.
 */
final class NodeView {
    private static final Logger LOG = LoggerFactory.getLogger(NodeView.class);

    private final long leaseNanos;
    private final List<Consumer<Nodes>> listeners = new ArrayList<>();
    private @Nullable String birth;
    private boolean away;

    private long listedNanos;

    /** Until when nobody is taken for dead who was there in the last list; meaningful while {@link #gracious}. */
    private long graceUntilNanos;

    private boolean gracious;

    /** Of those that are missing. A short outage later does not prolong it. */
    private Map<Long, Long> keptUntilNanos = Map.of();

    private volatile Nodes nodes = Nodes.NONE;

    NodeView(Duration lease) {
        this.leaseNanos = lease.toNanos();
    }

    Nodes nodes() {
        return nodes;
    }

    synchronized void listen(Consumer<Nodes> listener) {
        listeners.add(listener);
        tell(listener);
    }

    synchronized void unreachable() {
        away = true;
    }

    synchronized void listed(LiveNodesScript.Answer answer, long nowNanos) {
        boolean forgot = birth != null && !birth.equals(answer.birth());
        boolean longAway = away && nowNanos - listedNanos >= leaseNanos;
        if (forgot || longAway) {
            keptUntilNanos = Map.of();
        }
        if (forgot || away) {
            gracious = true;
            graceUntilNanos = nowNanos + leaseNanos;
        } else if (gracious && nowNanos - graceUntilNanos >= 0) {
            gracious = false;
        }
        away = false;
        birth = answer.birth();
        listedNanos = nowNanos;
        publish(withMissing(answer.live(), nowNanos));
    }

    private Map<Long, NodeInfo> withMissing(Map<Long, NodeInfo> listed, long nowNanos) {
        Map<Long, NodeInfo> all = new HashMap<>(listed);
        Map<Long, Long> kept = new HashMap<>();
        nodes.live().forEach((packed, info) -> {
            Long until = keptUntilNanos.getOrDefault(packed, gracious ? graceUntilNanos : null);
            if (until != null && nowNanos - until < 0 && !isThereOrReplaced(packed, info, listed)) {
                all.put(packed, info);
                kept.put(packed, until);
            }
        });
        keptUntilNanos = kept;
        return all;
    }

    private static boolean isThereOrReplaced(long packed, NodeInfo info, Map<Long, NodeInfo> listed) {
        int slot = NodeId.unpack(packed).slot();
        return listed.entrySet().stream()
                .anyMatch(entry -> NodeId.unpack(entry.getKey()).slot() == slot
                        || (entry.getValue().role() == info.role()
                                && entry.getValue().name().equals(info.name())));
    }

    private void publish(Map<Long, NodeInfo> live) {
        // The first list is news even if it is empty: from then on it is known that there is nobody.
        if (nodes.revision() == 0 || !live.equals(nodes.live())) {
            nodes = new Nodes(live, nodes.revision() + 1);
            listeners.forEach(this::tell);
        }
    }

    private void tell(Consumer<Nodes> listener) {
        try {
            listener.accept(nodes);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a listener of nodes failed");
        }
    }
}
