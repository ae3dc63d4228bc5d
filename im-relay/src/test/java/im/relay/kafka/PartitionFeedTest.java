package im.relay.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.LogReader.Entry;
import im.relay.LogReader.Slice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class PartitionFeedTest {
    private static final int ALL = 1 << 20;

    private final PartitionFeed feed = new PartitionFeed(1, Duration.ofSeconds(1));
    private final AtomicInteger wakes = new AtomicInteger();

    private CompletableFuture<Slice> read(long from, int maxRecords) {
        return feed.read(from, maxRecords, ALL, Duration.ZERO, wakes::incrementAndGet)
                .toCompletableFuture();
    }

    private void fetch(long from, int count, int bytes) {
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new ConsumerRecord<>(
                    "t",
                    1,
                    from + i,
                    1_000 + i,
                    TimestampType.LOG_APPEND_TIME,
                    0,
                    bytes,
                    new byte[0],
                    new byte[bytes],
                    new RecordHeaders(),
                    Optional.of(from + i < 5 ? 0 : 3)));
        }
        feed.fetched(records);
    }

    private static List<Long> offsets(CompletableFuture<Slice> read) {
        assertThat(read).isCompleted();
        return read.join().entries().stream().map(Entry::offset).toList();
    }

    @Test
    void aReadMovesTheConsumerAndIsAnsweredByWhatItFetches() {
        CompletableFuture<Slice> first = read(7, 2);
        assertThat(wakes).hasValue(1);
        assertThat(feed.wantsMore()).isFalse();
        assertThat(feed.seek()).map(OffsetAndMetadata::offset).contains(7L);
        assertThat(feed.wantsMore()).isTrue();
        fetch(7, 5, 10);
        assertThat(offsets(first)).containsExactly(7L, 8L);
        assertThat(offsets(read(9, 10))).containsExactly(9L, 10L, 11L);
        assertThat(wakes).hasValue(1);
    }

    @Test
    void whatWasFetchedForAnotherPlaceIsNotGiven() {
        read(7, 2);
        feed.seek();
        fetch(7, 5, 10);
        CompletableFuture<Slice> back = read(3, 2);
        fetch(12, 2, 10);
        assertThat(back).isNotDone();
        assertThat(feed.seek()).map(OffsetAndMetadata::offset).contains(3L);
        fetch(3, 2, 10);
        assertThat(offsets(back)).containsExactly(3L, 4L);
    }

    @Test
    void fetchingStopsAtTheBoundAndGoesOnBelowIt() {
        CompletableFuture<Slice> first = read(0, 1);
        feed.seek();
        fetch(0, 12, 100_000);
        assertThat(offsets(first)).containsExactly(0L);
        assertThat(feed.wantsMore()).isFalse();
        wakes.set(0);
        assertThat(offsets(read(1, 8))).hasSize(8);
        assertThat(feed.wantsMore()).isTrue();
        assertThat(wakes).hasValue(1);
    }

    @Test
    void recordsWithoutAByteOfValueFillTheBufferToo() {
        read(0, 1);
        feed.seek();
        fetch(0, 20_000, 0);
        assertThat(feed.wantsMore()).isFalse();
    }

    @Test
    void aReadIsEmptyOnlyAtTheEnd() {
        CompletableFuture<Slice> at = read(4, 2);
        feed.seek();
        long later = System.nanoTime() + 1_000;
        feed.expire(later);
        assertThat(at).isNotDone();
        feed.lagIs(2);
        feed.expire(later);
        assertThat(at).isNotDone();
        feed.lagIs(0);
        feed.toldEnd(6);
        feed.expire(later);
        assertThat(at).isNotDone();
        feed.toldEnd(4);
        feed.expire(later);
        assertThat(offsets(at)).isEmpty();
        assertThat(at.join().next()).isEqualTo(4);
    }

    @Test
    void aReadThatNobodyAnswersFails() {
        CompletableFuture<Slice> read = read(4, 2);
        feed.seek();
        feed.expire(System.nanoTime() + Duration.ofSeconds(2).toNanos());
        assertThat(read).isCompletedExceptionally();
        assertThat(read(4, 2)).isNotDone();
    }

    @Test
    void oneReadAtATime() {
        read(4, 2);
        assertThat(read(4, 2)).isCompletedExceptionally();
    }

    /** D3: whoever reads must hear that the log is not what it was, even if no read was waiting. */
    @Test
    void aPlaceThatIsNotThereIsToldToTheReadThatWaitsElseToTheNext() {
        CompletableFuture<Slice> waits = read(4, 2);
        feed.misplaced(new IllegalStateException("said by the test"));
        assertThat(waits).isCompletedExceptionally();
        CompletableFuture<Slice> again = read(4, 2);
        assertThat(again).isNotDone();
        feed.seek();
        fetch(4, 1, 1);
        assertThat(again).isCompleted();

        feed.misplaced(new IllegalStateException("said by the test"));
        assertThat(read(5, 1)).isCompletedExceptionally();
        assertThat(read(5, 1)).isNotDone();
        assertThat(feed.seek()).map(OffsetAndMetadata::offset).contains(5L);
    }

    @Test
    void whatGoesAnswersAtOnceAndWhatIsGoneFails() {
        CompletableFuture<Slice> waits = read(4, 2);
        feed.leave();
        assertThat(offsets(waits)).isEmpty();
        assertThat(offsets(read(4, 2))).isEmpty();
        feed.gone();
        assertThat(read(4, 2)).isCompletedExceptionally();
    }

    @Test
    void theLeaderUnderWhichARecordWasReadIsKnown() {
        read(2, 100);
        feed.seek();
        fetch(2, 6, 1);
        assertThat(feed.termOfDone(4)).contains(0);
        assertThat(feed.termOfDone(6)).contains(3);
        assertThat(feed.termOfDone(8)).contains(3);
        assertThat(feed.termOfDone(9)).isEmpty();
    }
}
