package im.router.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.etcd.NodeTable.Seen;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeTableTest {
    private static final NodeId A = new NodeId(0, 10);
    private static final NodeId B = new NodeId(1, 11);

    private final NodeTable table = new NodeTable();

    @Test
    void aListIsTheTruth() {
        list(100, seen(A, 90), seen(B, 95));
        assertThat(list(101, seen(B, 95))).isFalse();

        assertLive(B);
    }

    @Test
    void aListOfAnEtcdWhoseRevisionsBeganAnewCountsAndSoDoWhatItsWatchTells() {
        list(5_000, seen(A, 4_000));
        table.put(seen(A, 5_001));

        assertThat(list(7, seen(B, 6))).isTrue();
        assertLive(B);

        table.put(seen(A, 8));
        assertLive(A, B);
        table.removed(B.slot(), 9);
        assertLive(A);
    }

    @Test
    void aChangeThatCameWhileAnOlderListWasOnItsWayStays() {
        list(100, seen(A, 90));

        table.asking();
        table.put(seen(B, 102));
        table.listed(List.of(seen(A, 90)), 101);

        assertLive(A, B);
    }

    @Test
    void aChangeThatTheListHadAlreadyIsNoNews() {
        list(100, seen(B, 95));

        table.put(seen(A, 90));
        table.removed(B.slot(), 94);

        assertLive(B);
    }

    @Test
    void theFirstListIsNewsEvenIfItIsEmpty() {
        list(1);

        assertThat(table.nodes().revision()).isEqualTo(1);
    }

    private boolean list(long revision, Seen... all) {
        table.asking();
        return table.listed(List.of(all), revision);
    }

    private static Seen seen(NodeId id, long revision) {
        NodeInfo info = new NodeInfo(Role.GATEWAY, "n" + id.slot(), Map.of(), Load.NONE, false);
        return new Seen(id.slot(), new NodeRecords.Read(id, info), revision);
    }

    private void assertLive(NodeId... ids) {
        assertThat(table.nodes().live().keySet())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(ids).map(NodeId::packed).toList());
    }
}
