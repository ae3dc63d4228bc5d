package im.router.dispatch;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.Nodes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Gateways for tests: number n is called g-n and stands in slot n. */
final class Gateways {
    private Gateways() {}

    static Gateway of(int number, Load load) {
        return new Gateway(packed(number), info(number, load));
    }

    static NodeInfo info(int number, Load load) {
        String address = "10.0.0." + number;
        return new NodeInfo(
                Role.GATEWAY,
                "g-" + number,
                Map.of("ws", "ws://" + address + ":8080/v1/ws", "tcp", "tcp://" + address + ":9000"),
                load,
                false);
    }

    static long packed(int number) {
        return new NodeId(number, 1).packed();
    }

    static Load load(int connections) {
        return new Load(connections, 0, 0, List.of());
    }

    static List<Gateway> idle(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(n -> of(n, Load.NONE)).toList();
    }

    static Nodes nodes(Map<Long, NodeInfo> live) {
        return new Nodes(live, 1);
    }

    /** How often each name came first. */
    static Map<String, Integer> firsts(Choice choice, List<Gateway> gateways, int clients) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < clients; i++) {
            counts.merge(choice.order("u" + i, gateways).get(0).name(), 1, Integer::sum);
        }
        return counts;
    }

    /** Who came first for each key. */
    static Map<String, String> owners(Choice choice, List<Gateway> gateways, int clients) {
        Map<String, String> owners = new HashMap<>();
        for (int i = 0; i < clients; i++) {
            owners.put("u" + i, choice.order("u" + i, gateways).get(0).name());
        }
        return owners;
    }
}
