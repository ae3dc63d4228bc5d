package im.router.dispatch;

import static im.router.dispatch.Gateways.firsts;
import static im.router.dispatch.Gateways.load;
import static im.router.dispatch.Gateways.of;
import static org.assertj.core.api.Assertions.assertThat;

import im.router.NodeInfo.Load;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeastConnectionsTest {
    private final LeastConnections choice = new LeastConnections();

    @Test
    void whoeverHasTheFewestComesFirst() {
        assertThat(choice.order("u", List.of(of(1, load(30)), of(2, load(10)), of(3, load(20)))))
                .extracting(Gateway::name)
                .containsExactly("g-2", "g-3", "g-1");
    }

    @Test
    void clientsSentSinceAGatewayToldItsNumberCount() {
        assertThat(firsts(choice, List.of(of(1, load(0)), of(2, load(50)), of(3, load(100))), 300))
                .isEqualTo(Map.of("g-1", 150, "g-2", 100, "g-3", 50));
    }

    @Test
    void aNumberThatWasToldAnewIsTakenAsItIs() {
        firsts(choice, List.of(of(1, load(0)), of(2, load(100))), 60);

        assertThat(firsts(choice, List.of(of(1, load(61)), of(2, load(100))), 39))
                .isEqualTo(Map.of("g-1", 39));
    }

    @Test
    void oneWithTroublesComesLast() {
        Load troubled = new Load(0, 0, 0, List.of("log: away"));

        assertThat(choice.order("u", List.of(of(1, troubled), of(2, load(1_000)))))
                .extracting(Gateway::name)
                .containsExactly("g-2", "g-1");
    }
}
