package im.router.dispatch;

import im.router.NodeInfo;
import im.router.NodeInfo.Role;
import im.router.Nodes;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tells clients which gateways to use: those that hold a lease, are not draining and have an address for them. Safe from
 * any thread.
 */
public final class Dispatcher {
    /** As many as a client is told of. */
    public static final int MOST = 3;

    private record Known(Nodes nodes, List<Gateway> gateways) {}

    private final Supplier<Nodes> nodes;
    private final Choice choice;
    private volatile Known known = new Known(Nodes.NONE, List.of());

    public Dispatcher(Supplier<Nodes> nodes, Choice choice) {
        this.nodes = nodes;
        this.choice = choice;
    }

    /**
     * @param key the uid, or whatever else tells clients apart
     * @param transport {@code ws} or {@code tcp}; empty for any
     * @return the best first, at most {@link #MOST}; empty when nobody takes clients
     */
    public List<Gateway> choose(String key, String transport) {
        List<Gateway> able = gateways();
        if (!transport.isEmpty() && able.stream().anyMatch(gateway -> lacks(gateway, transport))) {
            able = able.stream().filter(gateway -> !lacks(gateway, transport)).toList();
        }
        List<Gateway> ordered = choice.order(key, able);
        return ordered.subList(0, Math.min(MOST, ordered.size()));
    }

    /** Those that take clients, by name. */
    public List<Gateway> gateways() {
        Nodes now = nodes.get();
        Known last = known;
        if (last.nodes().revision() != now.revision()) {
            last = new Known(now, takingClients(now));
            known = last;
        }
        return last.gateways();
    }

    private static List<Gateway> takingClients(Nodes nodes) {
        return nodes.live().entrySet().stream()
                .filter(node -> takesClients(node.getValue()))
                .map(node -> new Gateway(node.getKey(), node.getValue()))
                .sorted(Comparator.comparing(Gateway::name))
                .toList();
    }

    private static boolean takesClients(NodeInfo info) {
        return info.role() == Role.GATEWAY
                && !info.draining()
                && !info.endpoints().isEmpty();
    }

    private static boolean lacks(Gateway gateway, String transport) {
        return !gateway.info().endpoints().containsKey(transport);
    }
}
