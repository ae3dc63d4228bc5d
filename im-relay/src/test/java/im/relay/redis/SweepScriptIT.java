package im.relay.redis;

import static im.relay.Answers.page;
import static im.relay.Requests.message;
import static im.relay.redis.HandRelay.await;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Page;
import im.relay.Requests;
import im.relay.Retention;
import im.router.redis.Redis.Call;
import im.servers.Servers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class SweepScriptIT {
    private static final Duration HOUR = Duration.ofHours(1);

    private final Retention retention = new Retention(HOUR, 1_000, 1 << 20);
    private final HandRelay relay = HandRelay.started(Servers.redis(), retention);
    private final ConversationKey quiet = ConversationKey.direct("a", "quiet");
    private final ConversationKey busy = busy();
    private final int p = relay.partitions.of(quiet);

    @AfterEach
    void close() {
        relay.close();
    }

    /** D10: a conversation that nobody writes to loses what is older than R by the log's time, and says so. */
    @Test
    void aQuietConversationIsDroppedByTheLogsTimeAndKeepsHeadAndFloor_D10() {
        append(quiet, 1);
        relay.timeMs += HOUR.toMillis() / 2;
        append(quiet, 2);
        long first = page(relay.store, quiet, 0).messages().get(0).position();
        relay.timeMs += HOUR.toMillis() / 2 + 60_000;
        append(busy, 1);

        assertThat(sweep()).isEqualTo(1);

        Page page = page(relay.store, quiet, 0);
        assertThat(page.messages()).extracting(Requests::text).containsExactly("m2");
        assertThat(page.floor()).isEqualTo(first);
        assertThat(page.isTruncatedAfter(0)).isTrue();
        assertThat(page.messages().get(0).prev()).isEqualTo(first);

        relay.timeMs += 2 * HOUR.toMillis();
        append(busy, 2);
        sweep();
        Page empty = page(relay.store, quiet, 0);
        assertThat(empty.messages()).isEmpty();
        assertThat(empty.firstHeld()).isZero();
        assertThat(empty.head()).isEqualTo(empty.floor()).isEqualTo(page.head());
        assertThat(page(relay.store, busy, 0).messages())
                .extracting(Requests::text)
                .containsExactly("m2");

        append(quiet, 3);
        Page again = page(relay.store, quiet, 0);
        assertThat(again.messages()).extracting(Requests::text).containsExactly("m3");
        assertThat(again.messages().get(0).prev()).as("the metadata is kept").isEqualTo(page.head());
    }

    /** Wall clocks say nothing: without a younger message in the log nothing is old. */
    @Test
    void nothingIsDroppedWhileTheLogsTimeStands() {
        append(quiet, 1);
        await(relay.view.reached(p, relay.applied(p), relay.timeMs + 10 * HOUR.toMillis()));

        assertThat(sweep()).isZero();
        assertThat(page(relay.store, quiet, 0).messages()).hasSize(1);
    }

    @Test
    void oneCallDropsABoundedPieceAndTheNextOnesTheRest() {
        for (int i = 0; i < 12; i++) {
            relay.append(
                    java.util.stream.IntStream.range(0, 64)
                            .mapToObj(j -> message("a", "quiet", j, "m"))
                            .toList(),
                    Runnable::run,
                    outcomes -> {});
        }
        relay.timeMs += 2 * HOUR.toMillis();
        append(busy, 1);

        sweep();
        assertThat(page(relay.store, quiet, 0).messages()).hasSize(12 * 64 - SweepScript.MESSAGES);
        sweep();
        assertThat(page(relay.store, quiet, 0).messages()).isEmpty();
        assertThat(sweep()).isZero();
    }

    @Test
    void theSweepRunsBehindTheEmptyBatch() {
        append(quiet, 1);
        relay.timeMs += 2 * HOUR.toMillis();
        append(busy, 1);

        org.awaitility.Awaitility.await().untilAsserted(() -> {
            relay.sweepNext();
            await(relay.view.apply(p, relay.applied(p), relay.applied(p), 0, List.of()));
            assertThat(page(relay.store, quiet, 0).messages()).isEmpty();
        });
        assertThat(await(relay.redis.call(Call.of("EXISTS", relay.keys.messages(p, quiet))))
                        .number())
                .isZero();
        assertThat(await(relay.redis.call(Call.of("ZCARD", relay.keys.times(p))))
                        .number())
                .isLessThanOrEqualTo(3);
    }

    private long sweep() {
        return await(relay.redis.call(new SweepScript(relay.keys, retention).sweep(p)))
                .number(0);
    }

    private void append(ConversationKey conversation, int i) {
        relay.append(
                List.of(message(conversation.first(), conversation.second(), i, "m" + i)), Runnable::run, done -> {});
    }

    private ConversationKey busy() {
        for (int i = 0; ; i++) {
            ConversationKey other = ConversationKey.direct("a", "busy" + i);
            if (relay.partitions.of(other) == relay.partitions.of(quiet)) {
                return other;
            }
        }
    }
}
