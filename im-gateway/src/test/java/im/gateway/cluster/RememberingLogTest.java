package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendOutcome.Unknown;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RememberingLogTest {
    private static final Duration WINDOW = Duration.ofMinutes(10);

    private final AtomicLong nanos = new AtomicLong(TimeUnit.DAYS.toNanos(-3));
    private final Behind behind = new Behind();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MessageLog log = new RememberingLog(behind, WINDOW, nanos::get, new ClusterMeters(registry));
    private long acceptedMs = 1_000;

    /** A log that accepts everything until it is told otherwise. */
    private static final class Behind implements MessageLog {
        final List<AppendRequest> appended = new ArrayList<>();
        Function<AppendRequest, AppendOutcome> outcome = request -> new Accepted(request.acceptedMs());

        @Override
        public String logId() {
            return "log";
        }

        @Override
        public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
            appended.addAll(batch);
            lane.execute(() -> done.accept(batch.stream().map(outcome).toList()));
        }

        @Override
        public @Nullable String failure() {
            return "full";
        }
    }

    private AppendRequest request(String from, String to, int id, String body) {
        byte[] hash = new byte[16];
        System.arraycopy(body.getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, hash, 0, body.length());
        return new AppendRequest(
                ConversationKey.direct(from, to), from, new MessageId(0x7000, id), hash, ++acceptedMs, new byte[] {1});
    }

    private AppendRequest request(int id, String body) {
        return request("a", "b", id, body);
    }

    private List<Object> append(AppendRequest... batch) {
        List<Object> told = new ArrayList<>();
        log.append(List.of(batch), Runnable::run, outcomes -> {
            for (AppendOutcome outcome : outcomes) {
                told.add(outcome instanceof Refused refused ? refused.code() : outcome);
            }
        });
        return told;
    }

    @Test
    void aRepeatIsAppendedAgainAndAnsweredWithTheTimeOfTheFirst_D11() {
        assertThat(append(request(1, "x"))).containsExactly(new Accepted(1_001));

        assertThat(append(request(1, "x"))).containsExactly(new Accepted(1_001));

        assertThat(behind.appended).hasSize(2);
    }

    @Test
    void anotherBodyUnderAKnownIdIsAConflictAndIsNotAppended_D11() {
        append(request(1, "x"));

        assertThat(append(request(1, "y"), request(2, "z"))).containsExactly(Code.CONFLICT, Code.OUT_OF_ORDER);

        assertThat(behind.appended).hasSize(1);
    }

    @Test
    void whatStandsBeforeAConflictIsAppendedAndWhatStandsBehindItIsNot() {
        append(request(1, "x"));

        assertThat(append(request(2, "before"), request(1, "y"), request(3, "behind")))
                .containsExactly(new Accepted(1_002), Code.CONFLICT, Code.OUT_OF_ORDER);

        assertThat(behind.appended).hasSize(2);
    }

    @Test
    void aConflictBehindAFailureIsOutOfOrder() {
        append(request(1, "x"));
        behind.outcome = request -> new Refused(Code.UNAVAILABLE, "", 1);

        assertThat(append(request(2, "before"), request(1, "y"))).containsExactly(Code.UNAVAILABLE, Code.OUT_OF_ORDER);
    }

    @Test
    void twoBodiesUnderOneIdInOneBatchAreAConflict() {
        assertThat(append(request(1, "x"), request(1, "x"), request(1, "y")))
                .containsExactly(new Accepted(1_001), new Accepted(1_001), Code.CONFLICT);
    }

    @Test
    void theSameIdOfAnotherSenderOrInAnotherConversationIsAnotherMessage() {
        append(request("a", "b", 1, "x"));

        assertThat(append(request("b", "a", 1, "y"))).containsExactly(new Accepted(1_002));
        assertThat(append(request("a", "c", 1, "z"))).containsExactly(new Accepted(1_003));
    }

    @Test
    void whatWasRefusedOrIsUnknownMakesNoConflict() {
        behind.outcome = request -> new Refused(Code.UNAVAILABLE, "", 1);
        append(request(1, "x"));
        behind.outcome = request -> new Unknown("");
        assertThat(append(request(2, "x"))).containsExactly(new Unknown(""));
        behind.outcome = request -> new Accepted(request.acceptedMs());

        assertThat(append(request(1, "y"), request(2, "y"))).containsExactly(new Accepted(1_003), new Accepted(1_004));
        // What was unknown may stand there, so its repeat is not refused.
        assertThat(append(request(2, "x"))).containsExactly(new Accepted(1_005));
    }

    @Test
    void afterTheWindowAnIdIsNew() {
        append(request(1, "x"));
        nanos.addAndGet(WINDOW.plusMillis(1).toNanos());

        assertThat(append(request(1, "y"))).containsExactly(new Accepted(1_002));
    }

    @Test
    void itIsTheLogBehindItAndIsCounted() {
        append(request(1, "x"), request(2, "x"));

        assertThat(log.logId()).isEqualTo("log");
        assertThat(log.failure()).isEqualTo("full");
        assertThat(registry.get("im.gateway.accepted.remembered").gauge().value())
                .isEqualTo(2);
        assertThat(registry.get("im.gateway.accepted.forgotten")
                        .functionCounter()
                        .count())
                .isZero();
    }
}
