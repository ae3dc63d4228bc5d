package im.router.dispatch;

import static im.router.dispatch.Gateways.firsts;
import static im.router.dispatch.Gateways.idle;
import static im.router.dispatch.Gateways.load;
import static im.router.dispatch.Gateways.of;
import static im.router.dispatch.Gateways.owners;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsistentHashTest {
    private static final int CLIENTS = 20_000;

    private final ConsistentHash choice = new ConsistentHash();

    @Test
    void uidsAreSpreadEvenly() {
        assertThat(firsts(choice, idle(10), CLIENTS).values())
                .hasSize(10)
                .allSatisfy(count -> assertThat(count).isBetween(1_800, 2_200));
    }

    @Test
    void aUidHasTheSameOrderWhereverItAsks() {
        List<Gateway> turned = new ArrayList<>(idle(5));
        java.util.Collections.reverse(turned);

        for (int i = 0; i < 100; i++) {
            assertThat(new ConsistentHash().order("u" + i, turned)).isEqualTo(choice.order("u" + i, idle(5)));
        }
    }

    @Test
    void aGatewayThatLeavesMovesOnlyItsOwnUidsEachToItsSecondAndOneThatComesTakesOnlyItsShare() {
        Map<String, String> before = owners(choice, idle(5), CLIENTS);
        Map<String, String> after = owners(choice, idle(4), CLIENTS);

        before.forEach((uid, owner) -> {
            if (owner.equals("g-5")) {
                assertThat(after.get(uid))
                        .isEqualTo(choice.order(uid, idle(5)).get(1).name());
            } else {
                assertThat(after.get(uid)).isEqualTo(owner);
            }
        });
    }

    @Test
    void oneThatIsFullStandsBehindUntilItHasRoomAgain() {
        List<Gateway> full = List.of(of(1, load(10_000)), of(2, load(1_000)), of(3, load(1_000)));
        List<Gateway> even = List.of(of(1, load(4_200)), of(2, load(4_000)), of(3, load(4_000)));

        Map<String, Integer> firsts = firsts(choice, full, 3_000);

        assertThat(firsts).containsOnlyKeys("g-2", "g-3");
        assertThat(firsts(choice, even, 3_000)).containsOnlyKeys("g-1", "g-2", "g-3");
        Map<String, String> home = owners(choice, even, 3_000);
        owners(choice, full, 3_000).forEach((uid, owner) -> {
            if (!"g-1".equals(home.get(uid))) {
                assertThat(owner).isEqualTo(home.get(uid));
            }
        });
    }
}
