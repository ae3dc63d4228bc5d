package im.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.service.SessionEvents;
import im.gateway.service.SessionMetrics;
import im.gateway.session.LoopPushBus;
import im.gateway.timer.ManualTimer;
import im.protocol.v1.Code;
import im.protocol.v1.Send;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.router.memory.MemoryRouteDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Broadcasts by a clock of the test's, over a log that answers when it says so. */
class BroadcastsTest {
    private static final int ALL_PER_SECOND = 500;
    /** Appends of all broadcasts together. */
    private static final int MOST_UNANSWERED = 64;

    private static final Duration TICK = Duration.ofMillis(Broadcasts.TICK_MILLIS);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final AppendOutcome ACCEPTED = new AppendOutcome.Accepted(1);
    private static final AppendOutcome OVERLOADED = new AppendOutcome.Refused(Code.OVERLOADED, "full", 50);

    private final ManualTimer timer = new ManualTimer();
    private final Log log = new Log();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final Broadcasts broadcasts = new Broadcasts(
            new ServerMessages(
                    log,
                    new MemoryRouteDirectory(new Random(1)),
                    new LoopPushBus(List.of(), new SessionMetrics(meters)),
                    SessionEvents.NONE,
                    Clock.systemUTC()),
            () -> CompletableFuture.completedStage(List.of()),
            OtherGateways.NONE,
            ALL_PER_SECOND,
            meters,
            timer,
            timer::nanos);

    private record Append(AppendRequest request, Executor lane, Consumer<List<AppendOutcome>> done) {
        void answer(AppendOutcome outcome) {
            lane.execute(() -> done.accept(List.of(outcome)));
        }
    }

    private static final class Log implements MessageLog {
        /** Whatever was given, in order. */
        final List<AppendRequest> appended = new ArrayList<>();

        final ArrayDeque<Append> unanswered = new ArrayDeque<>();
        /** At once; null for when the test says so. */
        @Nullable AppendOutcome outcome = ACCEPTED;

        @Override
        public String logId() {
            return "log";
        }

        @Override
        public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
            assertThat(batch).hasSize(1);
            Append append = new Append(batch.get(0), lane, done);
            appended.add(append.request);
            if (outcome == null) {
                unanswered.add(append);
            } else {
                append.answer(outcome);
            }
        }

        @Override
        public @Nullable String failure() {
            return null;
        }

        long of(String sender) {
            return appended.stream()
                    .filter(request -> request.sender().equals(sender))
                    .count();
        }
    }

    private JsonObject told(CompletionStage<JsonObject> answer) {
        timer.run();
        return answer.toCompletableFuture().join();
    }

    /** Begins one to so many; the sender's name is its id. */
    private void begin(String id, int perSecond, int uids) {
        Broadcast.Order order =
                new Broadcast.Order(id, id, Send.newBuilder().setText("hello").build(), perSecond, new byte[] {1});
        JsonObject begun = told(broadcasts.start(
                order, IntStream.range(0, uids).mapToObj(i -> "u" + i).toList()));
        assertThat(begun.getInteger("receivers")).isEqualTo(uids);
    }

    private JsonObject find(String id) {
        return told(broadcasts.find(id));
    }

    @Test
    void inEachSecondItSendsWhatItsRateSays() {
        begin("slow", 10, 100);

        for (int second = 1; second <= 9; second++) {
            timer.advance(SECOND);
            assertThat(log.appended).hasSize(10 * second);
        }
        timer.advance(SECOND);

        assertThat(log.appended).hasSize(100);
        assertThat(find("slow").getString("state")).isEqualTo("done");
        assertThat(find("slow").getInteger("sent")).isEqualTo(100);
    }

    @Test
    void allTogetherKeepTheRateOfTheProcessAndShareIt() {
        begin("one", ALL_PER_SECOND, 4_000);
        begin("two", ALL_PER_SECOND, 4_000);

        for (int second = 1; second <= 4; second++) {
            timer.advance(SECOND);
            assertThat(log.appended.size()).isBetween(second * ALL_PER_SECOND, second * ALL_PER_SECOND + 50);
        }

        assertThat(log.of("one") - log.of("two")).isBetween(-1L, 1L);
    }

    @Test
    void aPauseIsMadeUpForByATenthOfASecondAndNoMore() {
        begin("fast", 100, 1_000);
        timer.advance(TICK);
        int before = log.appended.size();

        timer.pause(Duration.ofMinutes(1));
        timer.run();

        assertThat(log.appended.size() - before).isEqualTo(10);
    }

    @Test
    void whatWaitsForTheLogIsBoundedForAllTogether() {
        log.outcome = null;
        begin("one", 400, 1_000);
        begin("two", 400, 1_000);

        timer.advance(Duration.ofSeconds(10));
        assertThat(log.unanswered).hasSize(MOST_UNANSWERED);

        for (int i = 0; i < 30; i++) {
            log.unanswered.remove().answer(ACCEPTED);
        }
        timer.advance(Duration.ofSeconds(10));
        assertThat(log.unanswered).hasSize(MOST_UNANSWERED);
        assertThat(log.appended).hasSize(MOST_UNANSWERED + 30);
        assertThat(find("one").getInteger("sent") + find("two").getInteger("sent"))
                .isEqualTo(30);
    }

    @Test
    void whatAnOverloadedLogRefusesIsSentAgainAtTheRateUntilItIsTaken() {
        log.outcome = OVERLOADED;
        begin("patient", 10, 5);

        timer.advance(SECOND);
        assertThat(log.appended).hasSize(10);
        assertThat(find("patient").getInteger("failed")).isZero();
        assertThat(find("patient").getString("state")).isEqualTo("running");

        log.outcome = ACCEPTED;
        timer.advance(SECOND);

        assertThat(find("patient").getString("state")).isEqualTo("done");
        assertThat(find("patient").getInteger("sent")).isEqualTo(5);
        assertThat(log.appended).hasSize(15);
        assertThat(log.appended.stream().map(AppendRequest::messageId).distinct())
                .as("a message keeps its id")
                .hasSize(5);
    }

    @Test
    void whatIsRefusedForGoodIsCountedAndNotSentAgain() {
        log.outcome = new AppendOutcome.Refused(Code.FORBIDDEN, "never", 0);
        begin("unwanted", 10, 3);

        timer.advance(SECOND);

        assertThat(log.appended).hasSize(3);
        assertThat(find("unwanted").getInteger("failed")).isEqualTo(3);
        assertThat(find("unwanted").getString("state")).isEqualTo("done");
    }

    @Test
    void oneThatIsEndedSendsNothingMoreAlsoNotWhatWasRefusedMeanwhile() {
        log.outcome = null;
        begin("ended", 10, 100);
        timer.advance(SECOND);
        int before = log.appended.size();

        assertThat(told(broadcasts.cancel("ended")).getString("state")).isEqualTo("cancelled");
        log.unanswered.forEach(append -> append.answer(OVERLOADED));
        log.outcome = ACCEPTED;
        timer.advance(SECOND);

        assertThat(log.appended).hasSize(before);
        assertThat(find("ended").getString("state")).isEqualTo("cancelled");
    }
}
