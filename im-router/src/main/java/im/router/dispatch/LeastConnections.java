package im.router.dispatch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who has the fewest connections, healthy ones first. A gateway tells its number every few seconds only; whom we sent
 * there since it last told counts on top, or all clients of that time would go to one.
 */
public final class LeastConnections implements Choice {

    private static final class Sent {
        private Gateway told;
        private int since;

        private Sent(Gateway told) {
            this.told = told;
        }
    }

    private final Map<Long, Sent> sent = new HashMap<>();

    @Override
    public synchronized List<Gateway> order(String key, List<Gateway> gateways) {
        if (sent.size() > gateways.size()) {
            sent.keySet().retainAll(gateways.stream().map(Gateway::node).toList());
        }
        gateways.forEach(this::heard);
        List<Gateway> ordered = new ArrayList<>(gateways);
        ordered.sort(Comparator.comparing(
                        (Gateway gateway) -> !gateway.info().load().troubles().isEmpty())
                .thenComparingInt(this::connections)
                .thenComparing(Gateway::name));
        if (!ordered.isEmpty()) {
            of(ordered.get(0)).since++;
        }
        return ordered;
    }

    private void heard(Gateway gateway) {
        Sent known = of(gateway);
        if (!known.told.equals(gateway)) {
            known.told = gateway;
            known.since = 0;
        }
    }

    private Sent of(Gateway gateway) {
        return sent.computeIfAbsent(gateway.node(), node -> new Sent(gateway));
    }

    private int connections(Gateway gateway) {
        return gateway.connections() + of(gateway).since;
    }
}
