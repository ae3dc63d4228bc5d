package im.relay.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class LogEndsTest {
    private final List<CompletableFuture<Long>> looks = new ArrayList<>();
    private final LogEnds ends = new LogEnds(partition -> {
        CompletableFuture<Long> look = new CompletableFuture<>();
        looks.add(look);
        return look;
    });

    private static boolean isDone(CompletionStage<Long> asked) {
        return asked.toCompletableFuture().isDone();
    }

    private static long value(CompletionStage<Long> asked) {
        return asked.toCompletableFuture().join();
    }

    @Test
    void whoAsksWhileALookIsUnderWayGetsTheNextWhichTheyShare() {
        CompletionStage<Long> first = ends.of(3);
        CompletionStage<Long> second = ends.of(3);
        CompletionStage<Long> third = ends.of(3);
        assertThat(looks).hasSize(1);

        looks.get(0).complete(7L);

        assertThat(value(first)).isEqualTo(7);
        assertThat(isDone(second)).isFalse();
        assertThat(looks).hasSize(2);
        looks.get(1).complete(9L);
        assertThat(value(second)).isEqualTo(9);
        assertThat(value(third)).isEqualTo(9);
        assertThat(looks).hasSize(2);
    }

    @Test
    void partitionsDoNotWaitForOneAnother() {
        ends.of(1);
        ends.of(2);

        assertThat(looks).hasSize(2);
    }

    @Test
    void aLookThatFailsIsToldToItsOwnAskersOnly() {
        CompletionStage<Long> first = ends.of(1);
        CompletionStage<Long> second = ends.of(1);

        looks.get(0).completeExceptionally(new IllegalStateException("no leader"));

        assertThat(first.toCompletableFuture()).isCompletedExceptionally();
        looks.get(1).complete(5L);
        assertThat(value(second)).isEqualTo(5);
    }
}
