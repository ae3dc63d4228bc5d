package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class GroupInterestTest {
    private final FakeGroupDirectory directory = new FakeGroupDirectory();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final GroupInterest interest = new GroupInterest(directory, new ClusterMeters(registry));

    private static boolean fresh(CompletionStage<Boolean> heard) {
        return heard.toCompletableFuture().join();
    }

    @Test
    void whoAsksFirstIsToldToReadAgainWhenTheDirectoryHasIt_D17() {
        directory.holding = true;

        CompletionStage<Boolean> heard = interest.hear(List.of("g", "h"));

        assertThat(directory.said).containsExactly("add g h");
        assertThat(heard.toCompletableFuture()).isNotDone();
        directory.held.get(0).complete(null);
        assertThat(fresh(heard)).isTrue();
    }

    @Test
    void whoAsksWhileItIsBeingSaidWaitsForItAndSaysNothing() {
        directory.holding = true;
        CompletionStage<Boolean> first = interest.hear(List.of("g"));

        CompletionStage<Boolean> second = interest.hear(List.of("g"));

        assertThat(second.toCompletableFuture()).isNotDone();
        directory.held.get(0).complete(null);
        assertThat(fresh(first)).isTrue();
        assertThat(fresh(second)).isTrue();
        assertThat(directory.said).containsExactly("add g");
    }

    @Test
    void whatIsHeardAlreadyIsNotSaidAgain() {
        interest.hear(List.of("g"));

        assertThat(fresh(interest.hear(List.of("g")))).isFalse();
        assertThat(directory.said).containsExactly("add g");
    }

    @Test
    void aDirectoryThatDoesNotAnswerKeepsNobodyAndIsToldWithTheNextMending() {
        directory.failing = true;
        assertThat(fresh(interest.hear(List.of("g")))).isTrue();

        directory.failing = false;
        interest.mend();

        assertThat(directory.said).containsExactly("add g", "add g");
    }

    @Test
    void aGroupThatNobodyIsInAnyMoreIsTakenBackWhenAHeartbeatIsOver() {
        interest.hear(List.of("g", "h"));
        interest.opened("g");
        interest.opened("g");
        interest.opened("h");
        interest.closed("h");
        interest.closed("g");
        directory.said.clear();

        interest.mend();
        interest.mend();

        assertThat(directory.said).containsExactly("add g h", "remove h", "add g");
        assertThat(registry.get("im.gateway.groups.interest").gauge().value()).isEqualTo(1);
    }

    @Test
    void whatIsWantedAgainIsSaidBehindWhatTakesItBack() {
        interest.hear(List.of("g"));
        interest.mend();
        directory.holding = true;
        interest.mend();

        CompletionStage<Boolean> heard = interest.hear(List.of("g"));

        assertThat(directory.said).containsExactly("add g", "add g", "remove g");
        directory.held.get(0).complete(null);
        assertThat(directory.said).endsWith("remove g", "add g");
        directory.held.get(1).complete(null);
        assertThat(fresh(heard)).isTrue();
    }

    /** Event loops wait for its lock. */
    @Test
    void nothingIsSaidUnderTheLock() {
        List<Boolean> locked = new ArrayList<>();
        directory.before = () -> locked.add(Thread.holdsLock(interest));

        interest.hear(List.of("g", "h"));
        interest.opened("h");
        interest.mend();
        interest.mend();

        assertThat(directory.said).containsExactly("add g h", "add g h", "remove g", "add h");
        assertThat(locked).hasSize(4).containsOnly(false);
    }

    @Test
    void whatCannotBeTakenBackKeepsNobody() {
        interest.hear(List.of("g"));
        interest.mend();
        directory.failing = true;
        interest.mend();
        directory.failing = false;

        assertThat(fresh(interest.hear(List.of("h")))).isTrue();
        assertThat(directory.said).endsWith("remove g", "add h");
    }

    @Test
    void aRoomThatNobodyAskedForIsSaidAtOnce() {
        interest.opened("g");

        assertThat(directory.said).containsExactly("add g");
    }
}
