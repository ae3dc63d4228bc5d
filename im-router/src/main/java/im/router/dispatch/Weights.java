package im.router.dispatch;

import im.router.NodeInfo.Load;
import java.util.List;

/**
 * What share of new clients a gateway should get. Idle and healthy with as many connections as the others on average it
 * weighs 1 000; without connections twice that, with three times as many half; with all its processors or its memory in
 * use a tenth of it; with something wrong a twentieth. At least 1, so that the last one standing is still chosen.
 */
final class Weights {
    private static final double FULL = 1_000;
    private static final double LEAST_SHARE = 0.1;
    private static final double TROUBLED = 0.05;

    private Weights() {}

    /** In the order of the gateways. */
    static int[] of(List<Gateway> gateways) {
        double average =
                gateways.stream().mapToInt(Gateway::connections).average().orElse(0);
        return gateways.stream()
                .mapToInt(gateway -> of(gateway.info().load(), average))
                .toArray();
    }

    private static int of(Load load, double average) {
        double room = 2 * (average + 1) / (average + 1 + Math.max(0, load.connections()) + 1);
        double health = load.troubles().isEmpty() ? 1 : TROUBLED;
        return (int) Math.max(1, Math.round(FULL * health * free(load.cpu()) * free(load.memory()) * room));
    }

    private static double free(double used) {
        double share = Double.isNaN(used) ? 0 : Math.min(1, Math.max(0, used));
        return LEAST_SHARE + (1 - LEAST_SHARE) * (1 - share);
    }
}
