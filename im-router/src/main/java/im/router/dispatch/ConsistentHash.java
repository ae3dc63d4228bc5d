package im.router.dispatch;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Rendezvous hashing with bounded load: every gateway has a score for the key and the highest wins, so that a gateway
 * that comes or goes moves only the keys that are its own. It goes by the gateway's name, which outlives restarts. One
 * with troubles, or with more than 1¼ times the connections of the average, stands behind the others.
 */
public final class ConsistentHash implements Choice {
    private static final double BOUND = 1.25;
    /** So that a handful of connections is no imbalance. */
    private static final int SLACK = 100;

    private record Scored(Gateway gateway, boolean behind, long score) {}

    @Override
    public List<Gateway> order(String key, List<Gateway> gateways) {
        double bound = BOUND
                        * gateways.stream()
                                .mapToInt(Gateway::connections)
                                .average()
                                .orElse(0)
                + SLACK;
        List<Scored> scored = new ArrayList<>();
        for (Gateway gateway : gateways) {
            boolean behind = gateway.connections() > bound
                    || !gateway.info().load().troubles().isEmpty();
            scored.add(new Scored(gateway, behind, score(key, gateway.name())));
        }
        scored.sort(Comparator.comparing(Scored::behind)
                .thenComparing(Comparator.comparingLong(Scored::score).reversed()));
        return scored.stream().map(Scored::gateway).toList();
    }

    /** The same in every process, whatever its Java. */
    private static long score(String key, String name) {
        long hash = mix(fold(fold(0xCBF2_9CE4_8422_2325L, key), "\u0000"));
        return mix(fold(hash, name));
    }

    private static long fold(long from, String text) {
        long hash = from;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x0000_0100_0000_01B3L;
        }
        return hash;
    }

    private static long mix(long from) {
        long hash = (from ^ (from >>> 30)) * 0xBF58_476D_1CE4_E5B9L;
        hash = (hash ^ (hash >>> 27)) * 0x94D0_49BB_1331_11EBL;
        return hash ^ (hash >>> 31);
    }
}
