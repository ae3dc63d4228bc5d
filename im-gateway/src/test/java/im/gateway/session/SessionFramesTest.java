package im.gateway.session;

import static im.gateway.session.ClientFrames.cursor;
import static im.gateway.session.ClientFrames.ping;
import static im.gateway.session.ClientFrames.resume;
import static im.gateway.session.ClientFrames.sync;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Ack;
import im.protocol.v1.CaughtUp;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.Ping;
import im.protocol.v1.Pong;
import im.protocol.v1.Resume;
import im.protocol.v1.Send;
import im.protocol.v1.Sync;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames that a client should not send: which end the connection, and which are refused while it goes on. */
class SessionFramesTest {
    private final SessionFixture fixture = new SessionFixture();
    private long attempt;

    @Test
    void aFrameOfUnknownTypeIsUnsupportedAndTheConnectionGoesOn() {
        WireConnection connection = fixture.idle();

        connection.receive(Frame.newBuilder().setRef(7).build());

        assertThat(words(connection)).containsExactly("error#7 UNSUPPORTED");
        assertThat(connection.closed).isNull();
    }

    @Test
    void aFrameThatOnlyServersSendAndASecondHelloAreUnsupported() {
        WireConnection connection = fixture.idle();

        connection.receive(Frame.newBuilder()
                .setRef(8)
                .setCaughtUp(CaughtUp.getDefaultInstance())
                .build());
        connection.receive(Frame.newBuilder()
                .setRef(9)
                .setHello(Hello.getDefaultInstance())
                .build());

        assertThat(words(connection)).containsExactly("error#8 UNSUPPORTED", "error#9 UNSUPPORTED");
        assertThat(connection.closed).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a|b",
                "a b",
                "a\n",
                "\u0000",
                "\u00e4",
                "12345678901234567890123456789012345678901234567890123456789012345"
            })
    void aPeerThatIsNoUidIsMalformedWhereverItStands(String peer) {
        WireConnection connection = fixture.idle();
        Conversation bad = ClientFrames.with(peer);

        connection.receive(Frame.newBuilder()
                .setRef(1)
                .setSend(Send.newBuilder()
                        .setConversation(bad)
                        .setMessageId(ClientFrames.id(1).toString()))
                .build());
        connection.receive(Frame.newBuilder()
                .setRef(2)
                .setSync(Sync.newBuilder().setConversation(bad))
                .build());
        connection.receive(ClientFrames.giveUp(peer).toBuilder().setRef(4).build());
        assertThat(fixture.metrics.active()).isZero();
        connection.receive(Frame.newBuilder()
                .setRef(3)
                .setAck(Ack.newBuilder()
                        .addCursors(Cursor.newBuilder().setConversation(bad).setPosition(1)))
                .build());

        assertThat(words(connection))
                .containsExactly("error#1 MALFORMED", "error#2 MALFORMED", "error#4 MALFORMED", "error#3 MALFORMED");
        assertThat(connection.closed).isNull();
        assertThat(fixture.store.hasReads()).isFalse();
        assertThat(fixture.log.batches).isEmpty();
    }

    @Test
    void aConversationThatNamesNoPeerIsMalformed() {
        WireConnection connection = fixture.idle();

        connection.receive(
                Frame.newBuilder().setRef(2).setSync(Sync.getDefaultInstance()).build());

        assertThat(words(connection)).containsExactly("error#2 MALFORMED");
    }

    @ParameterizedTest
    @CsvSource({"-1, 10", "0, -1", "0, 501", "-9223372036854775808, 0", "0, 2147483647"})
    void aSyncOutsideItsRangesIsRefused(long after, int limit) {
        WireConnection connection = fixture.idle();

        connection.receive(sync(5, "a", after, limit));

        assertThat(words(connection)).containsExactly("error#5 BAD_RANGE");
        assertThat(fixture.store.hasReads()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "9223372036854775807, 500", "0, 1"})
    void aSyncAtTheEdgesOfItsRangesIsAnswered(long after, int limit) {
        WireConnection connection = fixture.idle();

        connection.receive(sync(5, "a", after, limit));
        fixture.answer();

        assertThat(words(connection)).containsExactly("page#5");
    }

    @Test
    void aSyncPageHoldsNoMoreThanTheClientAskedForAndSaysSo() {
        WireConnection connection = fixture.idle();
        IntStream.range(0, 3).forEach(i -> fixture.append(SessionFixture.A));

        connection.receive(sync(5, "a", 0, 2));
        fixture.answer();

        Frame page = connection.received().get(0);
        assertThat(ClientFrames.word(page)).isEqualTo("page#5 1 2");
        assertThat(page.getSyncPage().getMore()).isTrue();
        assertThat(page.getSyncPage().getHead()).isEqualTo(3);
        assertThat(page.getSyncPage().getCompleteUpTo()).isEqualTo(2);
    }

    @Test
    void moreSyncsThanMayWaitAreOverloadedAndTheOthersAnswered() {
        WireConnection connection = fixture.idle();

        IntStream.range(0, 18).forEach(i -> connection.receive(sync(i, "a", 0, 1)));
        assertThat(words(connection)).containsExactly("error#17 OVERLOADED");
        fixture.answer();

        assertThat(words(connection)).hasSize(17).startsWith("page#0").endsWith("page#16");
    }

    @Test
    void aResumeAfterTheLastIsRefusedAndTheConnectionGoesOn() {
        WireConnection connection = fixture.live(cursor("a", 3));

        connection.receive(resume(true, cursor("a", 0)));
        connection.receive(ClientFrames.ack("a", 3));

        assertThat(words(connection)).containsExactly("error#0 MALFORMED");
        assertThat(connection.closed).isNull();
    }

    @Test
    void aResumeOfAClientThatLeftItsCursorsToTheServerIsRefused() {
        WireConnection connection = fixture.welcomed();

        connection.receive(resume(true, cursor("a", 0)));

        assertThat(words(connection)).containsExactly("error#0 MALFORMED");
        assertThat(connection.closed).isNull();
    }

    @Test
    void aResumeWithAPositionThatIsNoneEndsTheConnection() {
        assertThat(resumeOnly(resume(true, cursor("a", -1))).closed).isEqualTo(CloseReason.MALFORMED);
        assertThat(resumeOnly(resume(true, cursor("a", Limits.POSITION + 1))).closed)
                .isEqualTo(CloseReason.MALFORMED);
        assertThat(resumeOnly(resume(true, cursor("a", Limits.POSITION))).closed)
                .isNull();
    }

    @Test
    void aResumeWithABadPeerEndsTheConnection() {
        assertThat(resumeOnly(resume(true, cursor("a|b", 1))).closed).isEqualTo(CloseReason.MALFORMED);
    }

    @Test
    void aResumeWithMoreCursorsThanAFrameMayHoldEndsTheConnection() {
        assertThat(resumeOnly(cursors(0, 1_000)).closed).isNull();
        assertThat(resumeOnly(cursors(0, 1_001)).closed).isEqualTo(CloseReason.TOO_LARGE);
    }

    @Test
    void moreCursorsThanASessionMayHoldEndTheConnection() {
        WireConnection connection = unresumed();

        for (int i = 0; i < 20; i++) {
            connection.receive(cursors(i * 1_000, 1_000));
        }
        assertThat(connection.closed).isNull();
        connection.receive(cursors(20_000, 1));

        assertThat(connection.closed).isEqualTo(CloseReason.TOO_LARGE);
    }

    @Test
    void aPingIsAnsweredWithTheClientsTimeAndTheServers() {
        WireConnection connection = fixture.idle();
        fixture.wallClock(4_711);

        connection.receive(Frame.newBuilder()
                .setRef(3)
                .setPing(Ping.newBuilder().setClientTimeMs(5))
                .build());

        assertThat(connection.received())
                .containsExactly(Frame.newBuilder()
                        .setRef(3)
                        .setPong(Pong.newBuilder().setClientTimeMs(5).setServerTimeMs(4_711))
                        .build());
        assertThat(fixture.metrics.active()).isZero();
    }

    @Test
    void pingsFasterThanAllowedEndTheConnection() {
        WireConnection connection = fixture.idle();
        for (int turn = 0; turn < 5; turn++) {
            IntStream.range(0, 16).forEach(i -> connection.receive(ping()));
            connection.received();
            fixture.manual.advance(SessionFixture.HEARTBEAT_MILLIS / 4);
        }
        assertThat(connection.closed).isNull();

        IntStream.range(0, 17).forEach(i -> connection.receive(ping()));

        assertThat(connection.closed).isEqualTo(CloseReason.RATE_LIMITED);
        assertThat(connection.closeRetryAfterMs).isPositive();
    }

    private WireConnection unresumed() {
        return fixture.hello(
                ClientFrames.hello(++attempt).setClientCursors(true).build());
    }

    private WireConnection resumeOnly(Frame resume) {
        WireConnection connection = unresumed();
        connection.receive(resume);
        return connection;
    }

    private static Frame cursors(int from, int count) {
        Resume.Builder resume = Resume.newBuilder();
        IntStream.range(from, from + count).forEach(i -> resume.addCursors(cursor("p" + i, 1)));
        return Frame.newBuilder().setResume(resume).build();
    }
}
