package im.relay.redis;

import static im.relay.Answers.page;
import static im.relay.Requests.message;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Page;
import im.relay.ConversationView;
import im.relay.ConversationView.Move;
import im.relay.ConversationView.Move.Mismatch;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import im.relay.PlacedMessage;
import im.relay.Requests;
import im.relay.Retention;
import im.router.redis.RedisKeys;
import im.servers.Servers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class ApplyScriptIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    private HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private final int p = relay.partitions.of(AB);

    @AfterEach
    void close() {
        relay.close();
    }

    /** D8: what the view stands at is kept with the term of its record, which tells whether the log still has it. */
    @Test
    void theTermOfTheLastRecordIsKeptAndForgottenWithASkip_D8() {
        List<LoggedMessage> first = relay.record(List.of(message("a", "b", 1, "one")));
        long end = relay.end(first);
        await(relay.view.apply(p, 0, end, 7, first));
        assertThat(await(relay.view.state(p)).term()).isEqualTo(7);

        await(relay.view.apply(p, end, end, 9, List.of()));
        await(relay.view.reached(p, end, relay.timeMs));
        assertThat(await(relay.view.state(p))).isEqualTo(new ConversationView.State(end, 0, 7));

        await(relay.view.skip(p, end, end + 64, ""));
        assertThat(await(relay.view.state(p)).term()).isEqualTo(LogReader.NO_TERM);
    }

    /** D1, D3: data and mark move together and from the expected value only; a zombie is told where the view stands. */
    @Test
    void aZombieThatIsBehindChangesNothingAndIsToldWhereTheViewStands_D1_D3() {
        List<LoggedMessage> first = relay.record(List.of(message("a", "b", 1, "1")));
        List<LoggedMessage> second = relay.record(List.of(message("a", "b", 2, "2")));
        relay.applied(first);
        relay.applied(second);

        Move zombie = await(relay.view.apply(p, 0, relay.end(first), 0, first));

        assertThat(zombie).isEqualTo(new Mismatch(relay.end(second)));
        assertThat(page(relay.store, AB, 0).messages())
                .extracting(Requests::text)
                .containsExactly("1", "2");
        assertThat(await(relay.view.state(p)).applied()).isEqualTo(relay.end(second));
    }

    /** D3, D4: the slot fell back to an older state; the idle batch finds it, and what was lost is applied again. */
    @Test
    void aRolledBackSlotIsFoundByTheEmptyBatchAndFilledAgain_D3_D4() {
        List<LoggedMessage> first = relay.record(List.of(message("a", "b", 1, "1")));
        relay.applied(first);
        RolledBack slot = new RolledBack(relay, "{p" + p + "}");
        List<LoggedMessage> second = relay.record(List.of(message("a", "b", 2, "2")));
        relay.applied(second);
        slot.restore();

        Move idle = await(relay.view.apply(p, relay.end(second), relay.end(second), 0, List.of()));
        assertThat(idle).isEqualTo(new Mismatch(relay.end(first)));
        assertThat(await(relay.view.reached(p, relay.end(second), 1))).isEqualTo(new Mismatch(relay.end(first)));

        relay.seek(p, relay.end(first));
        long[] prevs = relay.applied(second);
        assertThat(prevs).containsExactly(first.get(0).position());
        assertThat(page(relay.store, AB, 0).messages())
                .extracting(Requests::text)
                .containsExactly("1", "2");
    }

    /** D7: positions pass through Lua without losing a digit, up to the largest there is. */
    @Test
    void theLargestPositionIsKeptToTheLastDigit_D7() {
        long first = LogPosition.of(31, (1L << 42) - 1, 62);
        LoggedMessage one = new LoggedMessage(AB, "a", first, relay.timeMs, envelope("1"));
        LoggedMessage two = new LoggedMessage(AB, "b", first + 1, relay.timeMs, envelope("2"));

        Move move = await(relay.view.apply(p, 0, first + 1, 0, List.of(one, two)));

        assertThat(((Move.Moved) move).prevs()).containsExactly(0, first);
        Page page = page(relay.store, AB, 0);
        assertThat(page.messages()).extracting(PlacedMessage::position).containsExactly(first, first + 1);
        assertThat(page.head()).isEqualTo(first + 1).isLessThan(1L << 53);
        assertThat(Requests.placed(page.messages().get(1)).getPrev()).isEqualTo(first);
        assertThat(await(relay.view.state(p)).applied()).isEqualTo(first + 1);
    }

    /** D10: count and bytes; the floor rises to the last message dropped, and the newest stays whatever its size. */
    @Test
    void whatExceedsTheBoundsIsDroppedAndTheFloorSaysSo_D10() {
        relay.close();
        relay = HandRelay.started(Servers.redis(), new Retention(Duration.ofDays(7), 16, 100_000));
        List<LoggedMessage> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            List<LoggedMessage> record = relay.record(List.of(message("a", "b", i, "m" + i)));
            relay.applied(record);
            all.addAll(record);
        }

        Page page = page(relay.store, AB, 0);

        assertThat(page.messages()).hasSizeBetween(16, 18);
        LoggedMessage lastDropped = all.get(40 - page.messages().size() - 1);
        assertThat(page.floor()).isEqualTo(lastDropped.position());
        assertThat(page.isTruncatedAfter(lastDropped.position() - 1)).isTrue();
        assertThat(page.isTruncatedAfter(lastDropped.position())).isFalse();
        assertThat(page.messages().get(0).prev()).isEqualTo(lastDropped.position());
        assertThat(page.firstHeld()).isEqualTo(page.messages().get(0).position());
        assertThat(page.head()).isEqualTo(all.get(39).position());

        String large = "x".repeat(60_000);
        for (int i = 50; i < 53; i++) {
            relay.applied(relay.record(List.of(message("a", "b", i, large))));
        }
        assertThat(page(relay.store, AB, 0).messages()).hasSize(1);
    }

    @Test
    void aLargeBatchIsCutBetweenRecordsAndMovesPieceByPiece() {
        List<LoggedMessage> batch = new ArrayList<>();
        for (int record = 0; record < 12; record++) {
            int of = record;
            batch.addAll(relay.record(IntStream.range(0, 60)
                    .mapToObj(i -> message("a", "b", of * 100L + i, "m"))
                    .toList()));
        }
        assertThat(RedisConversationView.pieceEnd(batch, List.of(), 0, 0)).isEqualTo(240);
        assertThat(RedisConversationView.pieceEnd(batch, List.of(), 240, 0)).isEqualTo(480);
        assertThat(RedisConversationView.pieceEnd(batch, List.of(), 480, 0)).isEqualTo(720);

        long[] prevs = relay.applied(batch);

        assertThat(prevs).hasSize(720);
        List<PlacedMessage> held = page(relay.store, AB, 0).messages();
        assertThat(held).hasSize(720);
        for (int i = 1; i < 720; i++) {
            assertThat(prevs[i]).isEqualTo(held.get(i - 1).position());
        }
    }

    @Test
    void positionsThatDoNotRiseAreRefusedAtTheCall() {
        List<LoggedMessage> first = relay.record(List.of(message("a", "b", 1, "1")));
        List<LoggedMessage> second = relay.record(List.of(message("a", "b", 2, "2")));
        List<LoggedMessage> turned = List.of(second.get(0), first.get(0));

        assertThatThrownBy(() -> relay.view.apply(p, 0, relay.end(second), 0, turned))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> relay.view.apply(p, ConversationView.ABSENT, relay.end(first), 0, first))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> relay.view.apply(p, 0, first.get(0).position() - 1, 0, first))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyKeyOfAPartitionHasItsTag() {
        String tag = "{p" + p + "}";
        RedisKeys keys = relay.redis.keys();
        for (byte[] key : List.of(
                relay.keys.state(p),
                relay.keys.times(p),
                relay.keys.due(p),
                relay.keys.conversation(p, AB),
                relay.keys.messages(p, AB))) {
            assertThat(new String(key, java.nio.charset.StandardCharsets.US_ASCII))
                    .startsWith(keys.prefix() + tag);
        }
    }

    private static byte[] envelope(String text) {
        return message("a", "b", 1, text).envelope();
    }
}
