package im.router;

import java.util.List;
import java.util.Map;

/**
 * The nodes that hold a lease, as this process last heard. While the registry cannot be reached, those last heard of
 * stay: that nobody can be asked does not mean that nobody is there.
 *
 * @param live by {@link NodeId#packed()}
 * @param revision rises with every change that this process hears of
 */
public record Nodes(Map<Long, NodeInfo> live, long revision) {
    public static final Nodes NONE = new Nodes(Map.of(), 0);

    public Nodes {
        live = Map.copyOf(live);
    }

    public List<NodeId> of(NodeInfo.Role role) {
        return live.entrySet().stream()
                .filter(node -> node.getValue().role() == role)
                .map(node -> NodeId.unpack(node.getKey()))
                .toList();
    }

    public boolean isLive(long node) {
        return live.containsKey(node);
    }
}
