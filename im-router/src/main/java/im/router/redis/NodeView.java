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
 * not know are kept for one lease more: they need that time to renew. Listeners are called one at a time under the
 * view's lock.
 */
final class NodeView {
    private static final Logger LOG = LoggerFactory.getLogger(NodeView.class);

    private final long leaseNanos;
    private final List<Consumer<Nodes>> listeners = new ArrayList<>();
    private @Nullable String birth;
    private boolean away;

    /** Until when nobody is taken for dead; meaningful while {@link #gracious}. */
    private long graceUntilNanos;

    private boolean gracious;
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
        if (away || forgot) {
            gracious = true;
            graceUntilNanos = nowNanos + leaseNanos;
        } else if (gracious && nowNanos - graceUntilNanos >= 0) {
            gracious = false;
        }
        away = false;
        birth = answer.birth();
        publish(gracious ? withMissing(answer.live()) : answer.live());
    }

    private Map<Long, NodeInfo> withMissing(Map<Long, NodeInfo> listed) {
        Map<Long, NodeInfo> all = new HashMap<>(listed);
        nodes.live().forEach((packed, info) -> {
            int slot = NodeId.unpack(packed).slot();
            boolean replaced = listed.entrySet().stream()
                    .anyMatch(entry -> NodeId.unpack(entry.getKey()).slot() == slot
                            || (entry.getValue().role() == info.role()
                                    && entry.getValue().name().equals(info.name())));
            if (!replaced) {
                all.put(packed, info);
            }
        });
        return all;
    }

    private void publish(Map<Long, NodeInfo> live) {
        if (!live.equals(nodes.live())) {
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
