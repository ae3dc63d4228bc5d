package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.Nodes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeViewTest {
    private static final Duration LEASE = Duration.ofNanos(100);
    private static final NodeId A = new NodeId(0, 10);
    private static final NodeId B = new NodeId(1, 11);

    private final NodeView view = new NodeView(LEASE);

    @Test
    void aNodeThatIsNotListedAnyMoreIsGone() {
        listed(0, "x", Map.of(A, "a", B, "b"));

        listed(10, "x", Map.of(A, "a"));

        assertLive(A);
    }

    @Test
    void afterTheServerWasAwayThoseItDoesNotKnowStayForOneLease() {
        listed(0, "x", Map.of(A, "a", B, "b"));
        view.unreachable();

        listed(1_000, "x", Map.of());
        assertLive(A, B);
        listed(1_099, "x", Map.of(A, "a"));
        assertLive(A, B);
        listed(1_100, "x", Map.of(A, "a"));
        assertLive(A);
    }

    @Test
    void aServerThatLostItsMemoryIsGivenOneLeaseToo() {
        listed(0, "x", Map.of(A, "a", B, "b"));

        listed(10, "", Map.of());
        assertLive(A, B);
        listed(20, "y", Map.of(A, "a"));
        assertLive(A, B);
        listed(119, "y", Map.of(A, "a"));
        assertLive(A, B);
        listed(120, "y", Map.of(A, "a"));
        assertLive(A);
    }

    @Test
    void oneThatCameBackAsAnotherOrWhoseSlotIsAnothersIsNotKept() {
        listed(0, "x", Map.of(A, "a", B, "b"));
        view.unreachable();

        NodeId nextA = new NodeId(5, 20);
        listed(10, "x", Map.of(nextA, "a"));
        assertLive(nextA, B);
        NodeId c = new NodeId(B.slot(), 21);
        listed(20, "x", Map.of(nextA, "a", c, "c"));
        assertLive(nextA, c);
    }

    @Test
    void oneFailedLookAfterAnotherDoesNotKeepADeadNode() {
        listed(0, "x", Map.of(A, "a", B, "b"));

        for (int nanos = 10; nanos < 110; nanos += 33) {
            view.unreachable();
            listed(nanos, "x", Map.of(A, "a"));
            assertLive(A, B);
        }
        view.unreachable();
        listed(110, "x", Map.of(A, "a"));

        assertLive(A);
    }

    @Test
    void anOutageAsLongAsALeaseGivesThoseThatAreMissingAnotherOne() {
        listed(0, "x", Map.of(A, "a", B, "b"));
        view.unreachable();
        listed(10, "x", Map.of(A, "a"));

        view.unreachable();
        listed(110, "x", Map.of(A, "a"));
        assertLive(A, B);
        listed(209, "x", Map.of(A, "a"));
        assertLive(A, B);
        listed(210, "x", Map.of(A, "a"));
        assertLive(A);
    }

    @Test
    void theFirstListIsNewsEvenIfItIsEmpty() {
        listed(0, "", Map.of());
        assertThat(view.nodes().revision()).isEqualTo(1);

        listed(10, "", Map.of());
        assertThat(view.nodes().revision()).isEqualTo(1);
    }

    @Test
    void listenersHearThePresentAndThenChangesOnly() {
        listed(0, "x", Map.of(A, "a"));
        List<Nodes> heard = new ArrayList<>();
        view.listen(heard::add);

        listed(10, "x", Map.of(A, "a"));
        listed(20, "x", Map.of(A, "a", B, "b"));

        assertThat(heard).extracting(Nodes::revision).containsExactly(1L, 2L);
    }

    private void listed(long nanos, String birth, Map<NodeId, String> nodes) {
        Map<Long, NodeInfo> live = new HashMap<>();
        nodes.forEach(
                (id, name) -> live.put(id.packed(), new NodeInfo(Role.GATEWAY, name, Map.of(), Load.NONE, false)));
        view.listed(new LiveNodesScript.Answer(birth, live), nanos);
    }

    private void assertLive(NodeId... ids) {
        assertThat(view.nodes().live().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        java.util.Arrays.stream(ids).map(NodeId::packed).toList());
    }
}
