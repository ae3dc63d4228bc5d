package im.router.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.Nodes;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class DispatcherTest {
    private final AtomicReference<Nodes> nodes = new AtomicReference<>(Nodes.NONE);
    private final Dispatcher dispatcher = new Dispatcher(nodes::get, new WeightedRoundRobin());

    @Test
    void withoutGatewaysNobodyIsChosen() {
        assertThat(dispatcher.choose("u", "")).isEmpty();
        nodes.set(Gateways.nodes(
                Map.of(1L << 16, new NodeInfo(Role.RELAY, "r", Map.of("ws", "ws://x"), Load.NONE, false))));
        assertThat(dispatcher.choose("u", "")).isEmpty();
    }

    @Test
    void oneThatDrainsOrHasNoAddressIsLeftOut() {
        NodeInfo good = Gateways.info(1, Load.NONE);
        NodeInfo draining = new NodeInfo(Role.GATEWAY, "g-2", good.endpoints(), Load.NONE, true);
        NodeInfo silent = new NodeInfo(Role.GATEWAY, "g-3", Map.of(), Load.NONE, false);
        nodes.set(Gateways.nodes(
                Map.of(Gateways.packed(1), good, Gateways.packed(2), draining, Gateways.packed(3), silent)));

        assertThat(dispatcher.choose("u", "")).extracting(Gateway::name).containsExactly("g-1");
    }

    @Test
    void atMostThreeAreTold() {
        nodes.set(Gateways.nodes(Map.of(
                Gateways.packed(1), Gateways.info(1, Load.NONE),
                Gateways.packed(2), Gateways.info(2, Load.NONE),
                Gateways.packed(3), Gateways.info(3, Load.NONE),
                Gateways.packed(4), Gateways.info(4, Load.NONE))));

        assertThat(dispatcher.choose("u", "")).hasSize(Dispatcher.MOST).doesNotHaveDuplicates();
    }

    @Test
    void onlyGatewaysThatSpeakTheTransportAreTold() {
        NodeInfo webOnly = new NodeInfo(Role.GATEWAY, "g-2", Map.of("ws", "ws://x/v1/ws"), Load.NONE, false);
        nodes.set(Gateways.nodes(Map.of(Gateways.packed(1), Gateways.info(1, Load.NONE), Gateways.packed(2), webOnly)));

        assertThat(dispatcher.choose("u", "tcp")).extracting(Gateway::name).containsExactly("g-1");
        assertThat(dispatcher.choose("u", "ws")).hasSize(2);
        assertThat(dispatcher.choose("u", "")).hasSize(2);
    }

    @Test
    void aNodeThatIsGoneIsNotToldAgain() {
        nodes.set(Gateways.nodes(Map.of(Gateways.packed(1), Gateways.info(1, Load.NONE))));
        assertThat(dispatcher.choose("u", "")).hasSize(1);

        nodes.set(new Nodes(Map.of(), 2));

        assertThat(dispatcher.choose("u", "")).isEmpty();
    }
}
