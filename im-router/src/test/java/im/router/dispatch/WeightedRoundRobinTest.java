package im.router.dispatch;

import static im.router.dispatch.Gateways.firsts;
import static im.router.dispatch.Gateways.idle;
import static im.router.dispatch.Gateways.of;
import static org.assertj.core.api.Assertions.assertThat;

import im.router.NodeInfo.Load;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WeightedRoundRobinTest {
    private final WeightedRoundRobin choice = new WeightedRoundRobin();

    @Test
    void gatewaysThatAreEqualGetTheSameAndNeverTwiceInARow() {
        assertThat(firsts(choice, idle(3), 300)).isEqualTo(Map.of("g-1", 100, "g-2", 100, "g-3", 100));
        List<String> turns = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            turns.add(choice.order("u", idle(3)).get(0).name());
        }
        for (int i = 1; i < turns.size(); i++) {
            assertThat(turns.get(i)).isNotEqualTo(turns.get(i - 1));
        }
    }

    @Test
    void eachIsChosenInProportionToItsWeight() {
        List<Gateway> gateways =
                List.of(of(1, Load.NONE), of(2, new Load(0, 0.5, 0, List.of())), of(3, new Load(0, 0, 1, List.of())));
        int[] weights = Weights.of(gateways);
        int clients = 10_000;

        Map<String, Integer> firsts = firsts(choice, gateways, clients);

        double total = weights[0] + weights[1] + weights[2];
        for (int i = 0; i < 3; i++) {
            assertThat(firsts.get("g-" + (i + 1)))
                    .isBetween((int) (clients * weights[i] / total) - 3, (int) (clients * weights[i] / total) + 3);
        }
        assertThat(weights[0]).isGreaterThan(weights[1]);
        assertThat(weights[1]).isGreaterThan(weights[2]);
    }

    @Test
    void oneWithFewerConnectionsOrWithoutTroublesGetsMore() {
        int[] weights = Weights.of(List.of(
                of(1, new Load(100, 0, 0, List.of())),
                of(2, new Load(10, 0, 0, List.of())),
                of(3, new Load(10, 0, 0, List.of("log: away")))));

        assertThat(weights[1]).isGreaterThan(2 * weights[0]);
        assertThat(weights[2]).isLessThan(weights[1] / 10).isPositive();
    }

    @Test
    void theLastOneIsChosenHoweverBadlyItDoes() {
        List<Gateway> only = List.of(of(1, new Load(1_000_000, 1, 1, List.of("everything"))));

        assertThat(choice.order("u", only)).isEqualTo(only);
        assertThat(choice.order("u", List.of())).isEmpty();
    }

    @Test
    void allAreInTheAnswerAndTheSecondIsWhoWouldBeNext() {
        List<Gateway> first = choice.order("u", idle(3));

        assertThat(first).containsExactlyInAnyOrderElementsOf(idle(3));
        assertThat(choice.order("u", idle(3)).get(0)).isEqualTo(first.get(1));
    }

    /** The node that left takes no credit with it when it comes back. */
    @Test
    void aGatewayThatComesBackGetsItsShareAndNoMore() {
        firsts(choice, idle(3), 100);
        firsts(choice, idle(2), 100);

        Map<String, Integer> firsts = firsts(choice, idle(3), 300);

        assertThat(firsts.get("g-3")).isBetween(98, 102);
    }
}
