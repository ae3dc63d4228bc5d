package im.relay.local;

import static im.relay.Answers.append;
import static im.relay.Answers.behind;
import static im.relay.Answers.heads;
import static im.relay.Answers.open;
import static im.relay.Answers.page;
import static im.relay.Answers.pageBefore;
import static im.relay.Answers.raise;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.v1.Envelope;
import im.relay.AppendRequest;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.Page;
import im.relay.CursorStore;
import im.relay.PlacedMessage;
import im.relay.Retention;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is held, and that what is not is told. Every message here takes one position, from 1. */
class RetentionTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final Duration LONG = Duration.ofDays(36_500);

    @TempDir
    Path folder;

    private TestStore store = new TestStore(Path.of("not set"));
    private long lastId;

    private void holding(Duration time, int messages, long bytes) {
        store = new TestStore(folder);
        store.config = store.config.withRetention(new Retention(time, messages, bytes));
        store.open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void send(int messages, int size) {
        for (int i = 0; i < messages; i++) {
            append(store.log(), request(size));
        }
    }

    /** Few commits instead of one for each message. */
    private void sendAtOnce(int messages, int size) {
        for (int left = messages; left > 0; left -= 64) {
            append(
                    store.log(),
                    IntStream.range(0, Math.min(left, 64))
                            .mapToObj(i -> request(size))
                            .toArray(AppendRequest[]::new));
        }
    }

    private AppendRequest request(int size) {
        long nowMs = store.wall.toEpochMilli();
        MessageId id = new MessageId(0x7000, ++lastId);
        byte[] envelope = Envelope.newBuilder()
                .setMessageId(id.toString())
                .setSender("a")
                .setAcceptedMs(nowMs)
                .setData(ByteString.copyFrom(new byte[size]))
                .build()
                .toByteArray();
        return new AppendRequest(AB, "a", id, new byte[16], nowMs, envelope);
    }

    private static List<Long> positions(Page page) {
        return page.messages().stream().map(PlacedMessage::position).toList();
    }

    @Test
    void ofTooManyMessagesTheNewestAreHeld() {
        holding(LONG, 16, 1 << 30);

        send(18, 10);
        assertThat(page(store.conversations(), AB, 0).floor())
                .as("an eighth more")
                .isZero();
        send(1, 10);

        Page page = page(store.conversations(), AB, 0);
        assertThat(page.floor()).isEqualTo(3);
        assertThat(positions(page)).first().isEqualTo(4L);
        assertThat(page.firstHeld()).isEqualTo(4);
        assertThat(page.messages().get(0).prev()).isEqualTo(3);
        assertThat(page.isTruncatedAfter(2)).isTrue();
        assertThat(page.isTruncatedAfter(3)).isFalse();
        Page backwards = pageBefore(store.conversations(), AB, 6, 10);
        assertThat(positions(backwards)).containsExactly(4L, 5L);
        assertThat(backwards.more()).isFalse();
    }

    @Test
    void oneMessageIsHeldWhereOneIsAskedFor() {
        holding(LONG, 1, 1 << 30);

        send(5, 10);

        assertThat(page(store.conversations(), AB, 0).messages()).hasSizeBetween(1, 2);
    }

    @Test
    void ofTooManyBytesTheNewestAreHeldAndTheLastAlways() {
        holding(LONG, 1_000, 64 * 1024);

        send(10, 20_000);
        assertThat(positions(page(store.conversations(), AB, 0))).containsExactly(8L, 9L, 10L);
        send(1, 65_000);
        send(1, 65_000);

        assertThat(positions(page(store.conversations(), AB, 0))).containsExactly(12L);
    }

    @Test
    void whatIsTooOldGoesWithASweepAlsoTheLast() {
        holding(Duration.ofDays(1), 1_000, 1 << 30);
        send(2, 10);
        store.pass(Duration.ofHours(13));
        send(1, 10);

        store.pass(Duration.ofHours(13));
        store.sweep();
        assertThat(positions(page(store.conversations(), AB, 0))).containsExactly(3L);
        store.pass(Duration.ofHours(13));
        store.sweep();

        Page page = page(store.conversations(), AB, 0);
        assertThat(page).isEqualTo(new Page(List.of(), false, 3, 3, 3, 0));
        assertThat(heads(store.conversations(), "b", "d", Long.MAX_VALUE, 1)
                        .heads()
                        .get(0)
                        .last())
                .isNull();
    }

    @Test
    void whatIsDroppedStaysDroppedAndPositionsGoOnAfterARestart() {
        holding(Duration.ofDays(1), 1_000, 1 << 30);
        send(2, 10);
        store.pass(Duration.ofHours(25));
        store.sweep();

        store.restart();
        send(1, 10);

        Page page = page(store.conversations(), AB, 0);
        assertThat(page.floor()).isEqualTo(2);
        assertThat(page.messages()).extracting(PlacedMessage::prev).containsExactly(2L);
    }

    @Test
    void manyConversationsAreSweptInSlices() {
        holding(Duration.ofDays(1), 1_000, 1 << 30);
        for (int i = 0; i < SweepJob.CONVERSATIONS + 10; i++) {
            append(store.log(), im.relay.Requests.message("a", "peer" + i, i + 1, "long ago"));
        }

        store.sweep();
        store.sweep();

        assertThat(heads(store.conversations(), "a", "d", Long.MAX_VALUE, 200).heads())
                .allMatch(head -> head.last() == null && head.firstHeld() == 0);
    }

    @Test
    void aDeviceIsToldOfWhatWasDroppedSinceItWasOpenedButNotOfWhatWasDroppedBefore() {
        holding(LONG, 8, 1 << 30);
        send(12, 10);
        long floor = page(store.conversations(), AB, 0).floor();
        assertThat(floor).isPositive();
        open(store.cursors(), "b", "new", false);
        assertThat(behind(store.conversations(), "b", "new")).containsExactly(new Behind(AB, 12, floor, floor));
        open(store.cursors(), "b", "behind", false);
        raise(store.cursors(), "b", "behind", AB, 9);

        send(20, 10);

        long later = page(store.conversations(), AB, 0).floor();
        assertThat(later).isGreaterThan(12);
        assertThat(behind(store.conversations(), "b", "new")).containsExactly(new Behind(AB, 32, 0, later));
        assertThat(behind(store.conversations(), "b", "behind")).containsExactly(new Behind(AB, 32, 9, later));
    }

    @Test
    void theLongestUnusedDeviceIsForgotten() {
        holding(LONG, 1_000, 1 << 30);
        for (int i = 1; i <= im.relay.CursorStore.MAX_DEVICES; i++) {
            open(store.cursors(), "b", "d" + i, false);
            store.pass(Duration.ofMinutes(2));
        }
        open(store.cursors(), "b", "d1", false);
        store.cursors().touch("b", "d2");
        send(1, 10);

        open(store.cursors(), "b", "one-more", false);

        assertThat(open(store.cursors(), "b", "d1", false)).isFalse();
        assertThat(open(store.cursors(), "b", "d2", false)).isFalse();
        assertThat(open(store.cursors(), "b", "d4", false)).isFalse();
        assertThat(open(store.cursors(), "b", "d3", false))
                .as("d3 is new again")
                .isTrue();
    }

    @Test
    void aClockThatWasAheadWhenTheServerStartedDropsNothing() {
        store = new TestStore(folder);
        store.config = store.config.withRetention(new Retention(Duration.ofDays(7), 1_000, 1 << 30));
        Instant right = store.wall;
        store.wall = right.plus(Duration.ofDays(365));
        store.open();
        store.wall = right;
        send(2, 10);

        store.sweep();
        assertThat(positions(page(store.conversations(), AB, 0))).containsExactly(1L, 2L);
        store.restart();
        store.sweep();

        assertThat(positions(page(store.conversations(), AB, 0))).containsExactly(1L, 2L);
    }

    @Test
    void aClockThatIsSetAheadWhileTheServerRunsDropsNothing() {
        holding(Duration.ofDays(7), 1_000, 1 << 30);
        send(2, 10);

        store.wall = store.wall.plus(Duration.ofDays(365));
        store.sweep();

        assertThat(positions(page(store.conversations(), AB, 0))).containsExactly(1L, 2L);
    }

    @Test
    void oneCommitReadsOnlySoManyBytesOfWhatItDrops() {
        holding(Duration.ofDays(1), 1_000, 1 << 30);
        int messages = 3 * (int) (Trimmer.SLICE_BYTES / 60_000);
        sendAtOnce(messages, 60_000);
        append(store.log(), im.relay.Requests.message("a", "c", 1, "the next conversation"));
        store.pass(Duration.ofHours(25));

        store.sweep();
        assertThat(page(store.conversations(), AB, 0).floor()).isBetween(1L, messages - 1L);
        store.sweep();
        store.sweep();

        assertThat(page(store.conversations(), AB, 0).floor()).isEqualTo(messages);
    }

    @Test
    void ofManyDevicesOpenedAtOnceSixteenAreKept() throws Exception {
        holding(LONG, 1_000, 1 << 30);
        int devices = 3 * CursorStore.MAX_DEVICES;
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        CountDownLatch told = new CountDownLatch(devices);
        for (int i = 0; i < devices; i++) {
            store.cursors().open("b", "d" + i, CursorStore.Start.FIRST_HELD, Runnable::run, result -> told.countDown());
        }
        stop.open();
        assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();

        for (int i = devices - CursorStore.MAX_DEVICES; i < devices; i++) {
            assertThat(open(store.cursors(), "b", "d" + i, false)).as("d" + i).isFalse();
        }
        assertThat(open(store.cursors(), "b", "d0", false))
                .as("d0 is new again")
                .isTrue();
    }

    @Test
    void aDeviceThatComesBackWithTheSameCommitAsANewOneIsNotTheLongestUnused() throws Exception {
        holding(LONG, 1_000, 1 << 30);
        for (int i = 1; i <= CursorStore.MAX_DEVICES; i++) {
            open(store.cursors(), "b", "d" + i, false);
            store.pass(Duration.ofMinutes(2));
        }
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        CountDownLatch told = new CountDownLatch(2);
        store.cursors().open("b", "d1", CursorStore.Start.FIRST_HELD, Runnable::run, result -> told.countDown());
        store.cursors().open("b", "one-more", CursorStore.Start.FIRST_HELD, Runnable::run, result -> told.countDown());
        stop.open();
        assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(open(store.cursors(), "b", "d1", false)).isFalse();
        assertThat(open(store.cursors(), "b", "d2", false))
                .as("d2 is new again")
                .isTrue();
    }

    @Test
    void aForgottenDeviceThatComesBackDoesNotStartAtWhatItAcknowledgedMeanwhile() {
        holding(LONG, 1_000, 1 << 30);
        send(3, 10);
        for (int i = 1; i <= CursorStore.MAX_DEVICES; i++) {
            open(store.cursors(), "b", "d" + i, false);
            store.pass(Duration.ofMinutes(2));
        }
        open(store.cursors(), "b", "one-more", false);
        raise(store.cursors(), "b", "d1", AB, 2);

        assertThat(open(store.cursors(), "b", "d1", false)).isTrue();

        assertThat(behind(store.conversations(), "b", "d1")).containsExactly(new Behind(AB, 3, 0, 0));
    }

    @Test
    void anAcknowledgementThatComesWithTheSameCommitAsItsNewDeviceIsNotIts() throws Exception {
        holding(LONG, 1_000, 1 << 30);
        send(3, 10);
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        CountDownLatch told = new CountDownLatch(2);
        store.cursors().raise("b", "d", AB, 2, Runnable::run, told::countDown);
        store.cursors().open("b", "d", CursorStore.Start.FIRST_HELD, Runnable::run, result -> told.countDown());
        stop.open();
        assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(behind(store.conversations(), "b", "d")).containsExactly(new Behind(AB, 3, 0, 0));
    }
}
