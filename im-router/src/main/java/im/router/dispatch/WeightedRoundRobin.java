package im.router.dispatch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Smooth weighted round robin: each turn every gateway gains its weight, the richest is chosen and pays what all gained
 * together. Over a round each is chosen in proportion to its weight, and never many times in a row. What comes after the
 * first is who would be next.
 */
public final class WeightedRoundRobin implements Choice {
    private final Map<Long, Long> credits = new HashMap<>();

    @Override
    public synchronized List<Gateway> order(String key, List<Gateway> gateways) {
        int[] weights = Weights.of(gateways);
        long total = 0;
        for (int i = 0; i < weights.length; i++) {
            credits.merge(gateways.get(i).node(), (long) weights[i], Long::sum);
            total += weights[i];
        }
        forgetOthers(gateways);
        List<Gateway> ordered = new ArrayList<>(gateways);
        ordered.sort(Comparator.comparingLong(this::credit).reversed());
        if (!ordered.isEmpty()) {
            credits.merge(ordered.get(0).node(), -total, Long::sum);
        }
        return ordered;
    }

    private long credit(Gateway gateway) {
        return credits.getOrDefault(gateway.node(), 0L);
    }

    private void forgetOthers(List<Gateway> gateways) {
        if (credits.size() > gateways.size()) {
            credits.keySet().retainAll(gateways.stream().map(Gateway::node).toList());
        }
    }
}
