package im.gateway.session;

import static im.gateway.session.ClientFrames.renew;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.auth.TokenVerifier.Verdict;
import im.protocol.CloseReason;
import im.protocol.v1.Frame;
import org.junit.jupiter.api.Test;

/** The token of a live connection: told of its end, renewed in place, closed when it is over. */
class TokenLifeTest {
    private static final long NOW = 1_000_000;
    private static final long HOUR = 3_600_000;

    private final SessionFixture fixture = new SessionFixture();

    @Test
    void theClientIsToldOnceThatTheEndIsNear() {
        WireConnection connection = expiringAt(NOW + HOUR);
        at(NOW + HOUR - TokenLife.NOTICE_MILLIS - 1);
        assertThat(words(connection)).isEmpty();

        at(NOW + HOUR - TokenLife.NOTICE_MILLIS);
        Frame notice = connection.received().get(0);
        assertThat(notice.getExpiring().getInMs()).isEqualTo(TokenLife.NOTICE_MILLIS);
        at(NOW + HOUR - 1);

        assertThat(words(connection)).isEmpty();
        at(NOW + HOUR);
        assertThat(connection.closed).isEqualTo(CloseReason.UNAUTHENTICATED);
    }

    @Test
    void aShortLifeIsNotAnnouncedInItsFirstHalf() {
        WireConnection connection = expiringAt(NOW + 10_000);
        at(NOW + 4_999);
        assertThat(words(connection)).isEmpty();

        at(NOW + 5_000);

        assertThat(words(connection)).containsExactly("expiring");
    }

    @Test
    void aRenewedTokenKeepsTheConnectionAndIsAnnouncedAgain() {
        WireConnection connection = expiringAt(NOW + 10_000);
        fixture.verifier = token -> new Verdict.Valid("me", NOW + HOUR);

        connection.receive(renew(3, "fresh"));

        Frame renewed = connection.received().get(0);
        assertThat(ClientFrames.word(renewed)).isEqualTo("renewed#3");
        assertThat(renewed.getRenewed().getExpiresMs()).isEqualTo(NOW + HOUR);
        at(NOW + 20_000);
        assertThat(connection.closed).isNull();
        at(NOW + HOUR - 1);
        assertThat(words(connection)).containsExactly("expiring");
        at(NOW + HOUR);
        assertThat(connection.closed).isEqualTo(CloseReason.UNAUTHENTICATED);
    }

    @Test
    void aTokenOfAnotherUidIsForbiddenAndTheOldOneCounts() {
        WireConnection connection = expiringAt(NOW + 10_000);
        fixture.verifier = token -> new Verdict.Valid("you", NOW + HOUR);

        connection.receive(renew(3, "of another"));

        assertThat(words(connection)).containsExactly("error#3 FORBIDDEN");
        at(NOW + 10_000);
        assertThat(connection.closed).isEqualTo(CloseReason.UNAUTHENTICATED);
    }

    @Test
    void aTokenThatDoesNotVerifyIsRefusedAndTheOldOneCounts() {
        WireConnection connection = expiringAt(NOW + 10_000);
        fixture.verifier = token -> new Verdict.Refused("no");

        connection.receive(renew(3, "bad"));

        assertThat(words(connection)).containsExactly("error#3 UNAUTHENTICATED");
        assertThat(connection.closed).isNull();
    }

    @Test
    void renewalsAreVerifiedAtABoundedRate() {
        WireConnection connection = expiringAt(NOW + HOUR);
        connection.receive(renew(1, "t"));

        connection.receive(renew(2, "t"));
        fixture.manual.advance(TokenLife.RENEW_MILLIS);
        connection.receive(renew(3, "t"));

        assertThat(words(connection)).containsExactly("renewed#1", "error#2 RATE_LIMITED", "renewed#3");
    }

    private WireConnection expiringAt(long millis) {
        fixture.wallClock(NOW);
        fixture.verifier = token -> new Verdict.Valid("me", millis);
        return fixture.idle();
    }

    /** The wall clock, not the loop's, tells the end of a token. */
    private void at(long millis) {
        fixture.wallClock(millis);
        fixture.sessions.everySession(Session::onTick);
        fixture.manual.run();
    }
}
