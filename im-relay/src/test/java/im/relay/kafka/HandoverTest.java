package im.relay.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.LogReader.Assignments;
import im.relay.LogReader.Slice;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class HandoverTest {
    private final KafkaConfig config = KafkaConfig.of(List.of("none:1"));
    private final HeldPartitions held = new HeldPartitions();
    private final Handover handover =
            new Handover(config, held, member -> {}, new ReadMeters(new SimpleMeterRegistry()));
    private final List<String> events = new ArrayList<>();

    private PartitionFeed assigned(int partition) {
        handover.tell(new Owner());
        handover.onPartitionsAssigned(List.of(new TopicPartition(config.topics().messages(), partition)));
        return feed(partition);
    }

    private PartitionFeed feed(int partition) {
        return Objects.requireNonNull(held.feed(partition));
    }

    private static CompletableFuture<Slice> read(PartitionFeed feed) {
        return feed.read(0, 1, 1, Duration.ZERO, () -> {}).toCompletableFuture();
    }

    /** D8: what the old topic's reads come to is none of the new owner's. */
    @Test
    void ofATopicMadeAnewThePartitionComesAnewAndItsFirstReadIsNotToldOfTheOldOne() {
        PartitionFeed before = assigned(1);

        handover.startOver();

        assertThat(events).containsExactly("assigned 1", "lost 1", "assigned 1");
        assertThat(read(feed(1))).isNotDone();
        assertThat(read(before)).isCompletedExceptionally();
    }

    private final class Owner implements Assignments {
        @Override
        public void assigned(int partition) {
            events.add("assigned " + partition);
        }

        @Override
        public CompletionStage<Void> revoked(int partition) {
            events.add("revoked " + partition);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public void lost(int partition) {
            events.add("lost " + partition);
        }
    }
}
