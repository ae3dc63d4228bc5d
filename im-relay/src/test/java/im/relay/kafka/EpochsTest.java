package im.relay.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import im.protocol.v1.LogIdentity;
import im.protocol.v1.PartitionEpoch;
import im.relay.LogExtent.Epoch;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** D8: what the records of the identity topic come to does not depend on who reads them. */
class EpochsTest {
    private static final Uuid OLD = new Uuid(1, 2);
    private static final Uuid NEW = new Uuid(3, 4);

    private static LogIdentity.Builder record(String logId, Uuid topic, int epoch) {
        ByteBuffer id = ByteBuffer.allocate(16)
                .putLong(topic.getMostSignificantBits())
                .putLong(topic.getLeastSignificantBits())
                .flip();
        return LogIdentity.newBuilder()
                .setFormat(1)
                .setLogId(logId)
                .setTopicId(ByteString.copyFrom(id))
                .setPartitions(3)
                .setEpoch(epoch);
    }

    private static LogIdentity whole(String logId, Uuid topic, int epoch) {
        LogIdentity.Builder record = record(logId, topic, epoch);
        for (int p = 0; p < 3; p++) {
            record.addBegins(PartitionEpoch.newBuilder().setPartition(p));
        }
        return record.build();
    }

    private static LogIdentity tail(Uuid topic, int partition, int epoch, long offset) {
        return record("log", topic, epoch)
                .addBegins(PartitionEpoch.newBuilder().setPartition(partition).setFirstOffset(offset))
                .build();
    }

    private static Epochs fold(LogIdentity... records) {
        @Nullable Epochs epochs = null;
        for (int i = 0; i < records.length; i++) {
            epochs = Epochs.fold(epochs, records[i].toByteArray(), "im-log-1", i);
        }
        return Objects.requireNonNull(epochs);
    }

    @Test
    void theFirstRecordNamesTheLog() {
        Epochs epochs = fold(whole("log", OLD, 1), whole("late", OLD, 1));
        assertThat(epochs.logId()).isEqualTo("log");
        assertThat(epochs.topicId()).isEqualTo(OLD);
        assertThat(epochs.of(2)).containsExactly(new Epoch(1, 0));
    }

    @Test
    void theFirstRecordOfAnEpochOfAPartitionWins() {
        Epochs epochs = fold(whole("log", OLD, 1), tail(OLD, 1, 2, 50), tail(OLD, 1, 2, 70), tail(OLD, 2, 2, 90));
        assertThat(epochs.of(0)).containsExactly(new Epoch(1, 0));
        assertThat(epochs.of(1)).containsExactly(new Epoch(1, 0), new Epoch(2, 50));
        assertThat(epochs.of(2)).containsExactly(new Epoch(1, 0), new Epoch(2, 90));
        assertThat(epochs.last()).isEqualTo(2);
    }

    @Test
    void aTopicMadeAnewBeginsAboveEveryEpochThereWas() {
        Epochs epochs = fold(whole("log", OLD, 1), tail(OLD, 1, 2, 50), whole("log", NEW, 2), whole("log", NEW, 3));
        assertThat(epochs.topicId()).isEqualTo(NEW);
        assertThat(epochs.of(0)).containsExactly(new Epoch(3, 0));
        assertThat(epochs.of(1)).containsExactly(new Epoch(3, 0));
    }

    @Test
    void oneWhoStillMeansTheOldTopicIsNotHeard() {
        Epochs epochs = fold(whole("log", OLD, 1), whole("log", NEW, 2), tail(OLD, 1, 3, 50));
        assertThat(epochs.of(1)).containsExactly(new Epoch(2, 0));
    }

    @Test
    void anEpochThatBeginsBelowTheOneBeforeLeavesNothingOfThat() {
        Epochs epochs = fold(whole("log", OLD, 1), tail(OLD, 1, 2, 50), tail(OLD, 1, 3, 40), tail(OLD, 7, 3, 40));
        assertThat(epochs.of(1)).containsExactly(new Epoch(1, 0), new Epoch(3, 40));
        assertThat(epochs.of(0)).containsExactly(new Epoch(1, 0));
    }

    /** D7: no epoch above 31, so that positions stay exact as doubles. */
    @Test
    void anEpochAboveTheLastIsNotHeard() {
        assertThat(fold(whole("log", OLD, 1), tail(OLD, 1, 32, 50)).of(1)).containsExactly(new Epoch(1, 0));
        assertThat(fold(whole("log", OLD, 1), tail(OLD, 1, 31, 50)).current(1)).isEqualTo(new Epoch(31, 50));
    }

    @Test
    void whatIsNoneOfOursOrOfALaterFormatIsAnError() {
        assertThatThrownBy(() -> fold(
                        whole("log", OLD, 1),
                        whole("log", OLD, 1).toBuilder().setFormat(2).build()))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("format of the record at offset 1 is 2, expected 1");
        assertThatThrownBy(() -> Epochs.fold(null, new byte[] {-1, 1}, "im-log-1", 7))
                .isInstanceOf(KafkaStartException.class)
                .hasMessageContaining("offset 7 is none of ours");
    }
}
