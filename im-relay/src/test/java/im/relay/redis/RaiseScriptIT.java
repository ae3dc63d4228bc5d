package im.relay.redis;

import static im.relay.Answers.behind;
import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Answers.raiseRead;
import static im.relay.PatientAwaits.PATIENCE;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.CursorStore;
import im.relay.Receipt;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.servers.Servers;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class RaiseScriptIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);

    @AfterEach
    void close() {
        relay.close();
    }

    private long append(int i) {
        relay.append(List.of(message("b", "a", i, "m" + i)), Runnable::run, done -> {});
        List<im.relay.LoggedMessage> log = relay.log.getOrDefault(relay.partitions.of(AB), List.of());
        return log.get(log.size() - 1).position();
    }

    private long cursor(String device) {
        Reply reply = HandRelay.await(
                relay.redis.call(Call.of("HGET", relay.keys.cursors("a", device), StoreKeys.field("a", AB))));
        return reply.isNull() ? 0 : reply.number();
    }

    /** D21: Redis forgot the device and its cursors; the next acknowledgement brings both back, and only ever rises. */
    @Test
    void anAcknowledgementLiftsWhatRedisHasForgotten_D21() {
        open(relay.cursors, "a", "d", CursorStore.Start.HEADS);
        long one = append(1);
        long two = append(2);
        raise(relay.cursors, "a", "d", AB, two);
        relay.lose("{u" + relay.index.bucketOf("a") + "}");
        assertThat(cursor("d")).isZero();

        raise(relay.cursors, "a", "d", AB, two);
        raise(relay.cursors, "a", "d", AB, one);

        assertThat(cursor("d")).isEqualTo(two);
        assertThat(open(relay.cursors, "a", "d", CursorStore.Start.HEADS))
                .as("it is known")
                .isFalse();
    }

    /** A number of the client's that nobody judged must not hide what is to come. */
    @Test
    void aCursorNeverRisesAboveWhatTheIndexCanVouchFor() {
        append(1);
        raise(relay.cursors, "a", "d", AB, Long.MAX_VALUE);

        long next = append(2);

        assertThat(behind(relay.store, "a", "d")).hasSize(1);
        assertThat(cursor("d")).isLessThan(next);
    }

    @Test
    void ofADeviceTooManyNothingIsKept() {
        long one = append(1);
        for (int i = 0; i < CursorStore.MAX_DEVICES; i++) {
            open(relay.cursors, "a", "d" + i, CursorStore.Start.FIRST_HELD);
        }

        raise(relay.cursors, "a", "seventeenth", AB, one);

        assertThat(cursor("seventeenth")).isZero();
    }

    @Test
    void whatWasRaisedIsHeardOnceAndWhatWasNotIsNot() {
        long one = append(1);
        raise(relay.cursors, "a", "d", AB, one);
        raise(relay.cursors, "a", "d", AB, one);
        raiseRead(relay.cursors, "a", AB, one + 1_000);

        Awaitility.await()
                .untilAsserted(() -> assertThat(relay.receipts)
                        .containsExactly(
                                new Receipt(AB, "a", Receipt.Kind.DELIVERED, one),
                                new Receipt(AB, "a", Receipt.Kind.READ, one)));
    }

    /** More than one flush takes, of many uids at once: each is told, and the largest of each stays. */
    @Test
    void manyRaisesAtOnceAreMergedAndAllAreTold() throws Exception {
        long last = append(1);
        int uids = 300;
        CountDownLatch durable = new CountDownLatch(3 * uids);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < uids; i++) {
                ConversationKey with = ConversationKey.direct("a", "u" + i);
                relay.cursors.raise("a", "d", with, 10 + round, Runnable::run, durable::countDown);
            }
        }
        assertThat(durable.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();

        Reply stored = HandRelay.await(relay.redis.call(Call.of("HGETALL", relay.keys.cursors("a", "d"))));
        assertThat(stored.size()).isLessThanOrEqualTo(2 * uids);
        assertThat(last).isPositive();
        for (int i = 1; i < stored.size(); i += 2) {
            assertThat(stored.number(i)).isEqualTo(12);
        }
    }
}
