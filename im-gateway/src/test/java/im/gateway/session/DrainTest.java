package im.gateway.session;

import static im.gateway.session.ClientFrames.hello;
import static im.gateway.session.ClientFrames.send;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.CloseReason;
import im.protocol.v1.GoAway;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Everybody is sent away, and what the log owes is answered first. */
class DrainTest {
    private static final int POLL_MILLIS = 20;

    private final SessionFixture fixture = new SessionFixture();

    @Test
    void everybodyIsSentAwayAndThenClosed() {
        WireConnection one = fixture.idle();
        WireConnection two = fixture.hello(hello(1).setDevice("other").build());
        two.received();

        CompletableFuture<Void> done = drain(Duration.ZERO);
        fixture.manual.advance(POLL_MILLIS);

        assertThat(words(one)).containsExactly("go away");
        assertThat(words(two)).containsExactly("go away");
        assertThat(one.closed).isEqualTo(CloseReason.DRAINING);
        assertThat(two.closed).isEqualTo(CloseReason.DRAINING);
        fixture.manual.advance(POLL_MILLIS);
        assertThat(done).isCompleted();
        assertThat(fixture.routes.size()).isZero();
    }

    @Test
    void aConnectionThatWaitsForItsWelcomeIsClosedToo() {
        SessionFixture slow = new SessionFixture(new HeldRoutes());
        WireConnection connection = slow.hello(hello(1).build());

        CompletableFuture<Void> done = slow.sessions.drain(Duration.ZERO).toCompletableFuture();
        slow.manual.advance(POLL_MILLIS * 2);

        assertThat(connection.closed).isEqualTo(CloseReason.DRAINING);
        assertThat(done).isCompleted();
    }

    @Test
    void clientsAreGivenTheTimeThereIsAndEachAMomentOfItsOwn() {
        WireConnection connection = fixture.idle();

        drain(Duration.ofHours(1));
        fixture.manual.run();

        GoAway goAway = connection.received().get(0).getGoAway();
        assertThat(goAway.getReason()).isEqualTo(GoAway.Reason.DRAINING);
        assertThat(goAway.getDeadlineMs()).isEqualTo(3_600_000);
        assertThat(goAway.getReconnectAfterMs()).isBetween(0, 3_599_999);
        assertThat(connection.closed).isNull();
        assertThat(connection.reading).isTrue();
    }

    @Test
    void aDrainIsOverWhenTheLastClientHasLeft() {
        WireConnection connection = fixture.idle();
        CompletableFuture<Void> done = drain(Duration.ofHours(1));
        fixture.manual.advance(POLL_MILLIS);
        assertThat(done).isNotCompleted();

        connection.close(CloseReason.PEER, "");
        fixture.manual.advance(POLL_MILLIS * 3);

        assertThat(done).isCompleted();
    }

    @Test
    void aClientThatStaysIsNotReadFromAndGetsItsResultBeforeTheClose() {
        WireConnection connection = fixture.idle();
        connection.receive(send(1, "a", 1));

        drain(Duration.ZERO);
        fixture.manual.advance(POLL_MILLIS * 3);
        assertThat(connection.reading).isFalse();
        assertThat(connection.closed).isNull();
        fixture.log.accept();
        fixture.manual.advance(POLL_MILLIS);

        assertThat(words(connection)).containsExactly("go away", "#1 OK");
        assertThat(connection.closed).isEqualTo(CloseReason.DRAINING);
    }

    private CompletableFuture<Void> drain(Duration within) {
        return fixture.sessions.drain(within).toCompletableFuture();
    }
}
