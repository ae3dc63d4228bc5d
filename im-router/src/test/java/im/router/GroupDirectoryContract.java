package im.router;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link GroupDirectory} keeps: two gateways, and whoever reads. */
public abstract class GroupDirectoryContract {
    /** Where a test waits until interest that nobody repeats has ended. */
    protected static final Duration SHORT_HEARTBEAT = Duration.ofMillis(800);

    protected static final Duration PATIENCE = Duration.ofSeconds(60);
    protected static final NodeId A = new NodeId(0, 1_000);
    protected static final NodeId B = new NodeId(1, 1_001);
    private static final Duration HEARTBEAT = Duration.ofSeconds(30);

    /** Of node {@link #A} or {@link #B}. */
    protected abstract GroupDirectory of(NodeId node, Duration heartbeat);

    /** A reader that is no node. */
    protected abstract GroupDirectory reader();

    /** The node has no lease any more. */
    protected abstract void die(NodeId node);

    @Test
    void aGroupThatNobodyHasMembersOfIsLeftOut() {
        done(of(A).add(List.of("mine")));

        assertThat(nodes("other", "mine").keySet()).containsExactly("mine");
        assertThat(done(reader().nodesOf(List.of()))).isEmpty();
    }

    @Test
    void allNodesThatHoldMembersAreFoundByWhoeverReads() {
        done(of(A).add(List.of("both", "a")));
        done(of(B).add(List.of("both", "b")));

        Map<String, long[]> nodes = nodes("both", "a", "b");

        assertThat(nodes.get("both")).containsExactlyInAnyOrder(A.packed(), B.packed());
        assertThat(nodes.get("a")).containsExactly(A.packed());
        assertThat(nodes.get("b")).containsExactly(B.packed());
        assertThat(done(of(A).nodesOf(List.of("b"))).get("b")).containsExactly(B.packed());
    }

    @Test
    void whatIsAddedTwiceIsThereOnce() {
        done(of(A).add(List.of("g")));
        done(of(A).add(List.of("g")));

        assertThat(nodes("g").get("g")).containsExactly(A.packed());
    }

    @Test
    void whatIsRemovedGoesAndTheOthersStay() {
        done(of(A).add(List.of("g", "h")));
        done(of(B).add(List.of("g")));

        done(of(A).remove(List.of("g", "never")));

        assertThat(nodes("g").get("g")).containsExactly(B.packed());
        assertThat(nodes("h").get("h")).containsExactly(A.packed());
    }

    @Test
    void aDeadNodeIsLeftOut() {
        done(of(A).add(List.of("g")));
        done(of(B).add(List.of("g")));

        die(B);

        assertThat(nodes("g").get("g")).containsExactly(A.packed());
    }

    @Test
    void interestThatIsNotRepeatedEndsWhileThatOfOthersGoesOn() {
        GroupDirectory a = of(A, SHORT_HEARTBEAT);
        done(a.add(List.of("g")));
        done(of(B, SHORT_HEARTBEAT).add(List.of("g")));

        await().atMost(PATIENCE).until(() -> {
            done(a.add(List.of("g")));
            return Arrays.equals(nodes("g").get("g"), new long[] {A.packed()});
        });
        await().atMost(PATIENCE).until(() -> nodes("g").isEmpty());
    }

    @Test
    void anyNumberOfGroupsIsTaken() {
        List<String> groups =
                IntStream.range(0, 10_000).mapToObj(i -> "group-" + i).toList();

        done(of(A).add(groups));

        assertThat(nodes(groups).keySet()).containsExactlyInAnyOrderElementsOf(groups);
        done(of(A).remove(groups));
        assertThat(nodes(groups)).isEmpty();
    }

    @Test
    void whoHasNoLeaseHasNothingToSay() {
        assertThatThrownBy(() -> done(reader().add(List.of("g")))).hasCauseInstanceOf(NodeFencedException.class);
    }

    protected final GroupDirectory of(NodeId node) {
        return of(node, HEARTBEAT);
    }

    private Map<String, long[]> nodes(String... groups) {
        return nodes(List.of(groups));
    }

    private Map<String, long[]> nodes(Collection<String> groups) {
        return done(reader().nodesOf(groups));
    }

    protected static <T> T done(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .join();
    }
}
