package im.gateway.session;

import static im.gateway.session.ClientFrames.hello;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.auth.TokenVerifier;
import im.gateway.auth.TokenVerifier.Verdict;
import im.protocol.CloseReason;
import im.protocol.v1.Hello;
import im.protocol.v1.NewDevice;
import im.protocol.v1.Versions;
import im.protocol.v1.Welcome;
import im.relay.CursorStore;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** From Hello to Welcome: who may in, which of two connections of a device stays, what comes first (D22, D23). */
class SessionOpeningTest {
    private final SessionFixture fixture = new SessionFixture();

    @Test
    void aLargerAttemptTakesOver_D22() {
        WireConnection old = fixture.hello(hello(1).build());

        WireConnection next = fixture.hello(hello(2).build());

        assertThat(old.closed).isEqualTo(CloseReason.DISPLACED);
        assertThat(next.closed).isNull();
        assertThat(words(next)).containsExactly("welcome");
        assertThat(routes()).containsExactly(next.id());
    }

    @Test
    void aSmallerAttemptIsRefusedWithTheStoredOne_D22() {
        WireConnection newer = fixture.hello(hello(5).build());

        WireConnection late = fixture.hello(hello(3).build());

        assertThat(late.closed).isEqualTo(CloseReason.OLDER_ATTEMPT);
        assertThat(late.closeAttempt).isEqualTo(5);
        assertThat(words(late)).isEmpty();
        assertThat(newer.closed).isNull();
        assertThat(routes()).containsExactly(newer.id());
    }

    @Test
    void anotherDeviceOfTheUidIsLeftAlone_D22() {
        WireConnection phone = fixture.hello(hello(1).build());

        fixture.hello(hello(2).setDevice("other").build());

        assertThat(phone.closed).isNull();
        assertThat(routes()).hasSize(2);
    }

    @Test
    void aLateGoodbyeRemovesNothing_D22() {
        WireConnection old = fixture.hello(hello(1).build());
        WireConnection next = fixture.hello(hello(2).build());

        Objects.requireNonNull(old.listener).onClosed(CloseReason.PEER);
        assertThat(routes()).containsExactly(next.id());
        next.close(CloseReason.PEER, "");

        assertThat(routes()).isEmpty();
    }

    @Test
    void theRouteIsInPlaceBeforeWelcomeAndBeforeAnythingIsRead_D23() {
        HeldRoutes held = new HeldRoutes();
        SessionFixture slow = new SessionFixture(held);

        WireConnection connection = slow.hello(hello(1).build());
        assertThat(words(connection)).isEmpty();
        assertThat(slow.store.asked).isEmpty();
        held.complete();
        slow.manual.run();

        assertThat(words(connection)).containsExactly("welcome");
        assertThat(slow.store.asked).containsExactly("compare");
    }

    @Test
    void aConnectionThatIsReplacedBeforeItsWelcomeIsClosed_D22() {
        HeldRoutes held = new HeldRoutes();
        SessionFixture slow = new SessionFixture(held);
        WireConnection old = slow.hello(hello(1).build());
        WireConnection next = slow.hello(hello(2).build());

        held.completeLast();
        slow.manual.run();

        assertThat(old.closed).isEqualTo(CloseReason.DISPLACED);
        assertThat(words(next)).containsExactly("welcome");
    }

    @Test
    void aConnectionThatEndsBeforeItsWelcomeLeavesNoRoute_D23() {
        HeldRoutes held = new HeldRoutes();
        SessionFixture slow = new SessionFixture(held);
        WireConnection connection = slow.hello(hello(1).build());

        connection.close(CloseReason.PEER, "");
        held.complete();
        slow.manual.run();

        assertThat(held.memory.size()).isZero();
        assertThat(slow.metrics.active()).isZero();
    }

    @Test
    void aConnectionThatEndsWhileItsDeviceIsOpenedTakesOverFromNobody_D23() {
        WireConnection present = fixture.hello(hello(1).build());
        WireConnection connection = new WireConnection(fixture.manual.loop);
        fixture.sessions.open(connection, 1, hello(2).build());

        connection.close(CloseReason.PEER, "");
        fixture.manual.run();

        assertThat(present.closed).isNull();
        assertThat(routes()).containsExactly(present.id());
    }

    @Test
    void aDeviceThatCannotBeOpenedIsSentAwayForAWhile() {
        fixture.store.opensFail = true;

        WireConnection connection = fixture.hello(hello(1).build());

        assertThat(connection.closed).isEqualTo(CloseReason.OVERLOADED);
        assertThat(connection.closeRetryAfterMs).isEqualTo(100);
        assertThat(fixture.routes.size()).isZero();
    }

    @Test
    void aRefusedTokenGetsOneTextAndOpensNothing() {
        fixture.verifier = token -> new Verdict.Refused("expired");

        WireConnection connection = fixture.hello(hello(1).build());

        assertThat(connection.closed).isEqualTo(CloseReason.UNAUTHENTICATED);
        assertThat(connection.closeText).isEqualTo(TokenVerifier.REFUSED_TEXT);
        assertThat(fixture.store.opened).isEmpty();
    }

    static Stream<Arguments> badHellos() {
        return Stream.of(
                Arguments.of(CloseReason.VERSION, versions(2, 3)),
                Arguments.of(CloseReason.VERSION, versions(0, 0)),
                Arguments.of(CloseReason.VERSION, versions(-1, -1)),
                Arguments.of(CloseReason.MALFORMED, hello(1).setDevice("")),
                Arguments.of(CloseReason.MALFORMED, hello(1).setDevice("a|b")),
                Arguments.of(CloseReason.MALFORMED, hello(1).setDevice("x".repeat(65))),
                Arguments.of(CloseReason.MALFORMED, hello(0)),
                Arguments.of(CloseReason.MALFORMED, hello(-1)),
                Arguments.of(CloseReason.MALFORMED, hello(1).setPlatform("x".repeat(65))),
                Arguments.of(CloseReason.MALFORMED, hello(1).setClient("x".repeat(65))));
    }

    @ParameterizedTest
    @MethodSource("badHellos")
    void aHelloOutOfBoundsEndsTheConnection(CloseReason reason, Hello.Builder hello) {
        WireConnection connection = fixture.hello(hello.build());

        assertThat(connection.closed).isEqualTo(reason);
        assertThat(fixture.store.opened).isEmpty();
    }

    @Test
    void aClientThatSpeaksLaterVersionsTooIsWelcome() {
        assertThat(words(fixture.hello(versions(0, -1).build()))).containsExactly("welcome");
    }

    @Test
    void aFrameBetweenHelloAndWelcomeEndsTheConnection() {
        SessionFixture slow = new SessionFixture(new HeldRoutes());
        WireConnection connection = slow.hello(hello(1).build());

        connection.receive(ClientFrames.ping());

        assertThat(connection.closed).isEqualTo(CloseReason.MALFORMED);
    }

    @Test
    void welcomeTellsWhatHolds() {
        fixture.verifier = token -> new Verdict.Valid("me", 2_000_000);

        Welcome welcome = fixture.hello(hello(1).setHeartbeatMs(1).build())
                .received()
                .get(0)
                .getWelcome();

        assertThat(welcome.getUid()).isEqualTo("me");
        assertThat(welcome.getLogId()).isEqualTo("log");
        assertThat(welcome.getHeartbeatMs()).isEqualTo(SessionFixture.HEARTBEAT_MILLIS);
        assertThat(welcome.getTokenExpiresMs()).isEqualTo(2_000_000);
        assertThat(welcome.getLimits().getWindowMessages()).isEqualTo(SessionFixture.WINDOW);
        assertThat(welcome.getLimits().getUnansweredSends()).isEqualTo(16);
    }

    @Test
    void cursorsOfAnotherLogAreVoidAndTheStoredOnesCount() {
        fixture.append(SessionFixture.A);
        fixture.append(SessionFixture.A);
        fixture.store.cursors.put(SessionFixture.A, 1L);

        WireConnection connection = fixture.hello(
                hello(1).setClientCursors(true).setLogId("another").build());
        connection.receive(ClientFrames.resume(true, ClientFrames.cursor("a", 2)));
        fixture.answer();

        assertThat(words(connection)).containsExactly("welcome", "C a 2", "caught up");
    }

    @Test
    void aNewDeviceMayStartAtTheHeads() {
        fixture.hello(hello(1).setNewDevice(NewDevice.FROM_HEADS).build());
        fixture.hello(hello(2).setNewDevice(NewDevice.FROM_FIRST_HELD).build());
        fixture.hello(hello(3).build());

        assertThat(fixture.store.opened).containsExactly("me d from heads", "me d", "me d");
    }

    @Test
    void aDeviceThatBringsCursorsOfThisLogDoesNotStartAtTheHeads_D21() {
        Hello fromHeads = hello(1).setNewDevice(NewDevice.FROM_HEADS)
                .setClientCursors(true)
                .build();
        fixture.hello(fromHeads);
        fixture.hello(fromHeads.toBuilder().setAttempt(2).setLogId("another").build());

        assertThat(fixture.store.opened).containsExactly("me d with cursors", "me d from heads");
    }

    private static Hello.Builder versions(int oldest, int newest) {
        return hello(1).setVersions(Versions.newBuilder().setOldest(oldest).setNewest(newest));
    }

    private long[] routes() {
        return fixture.routes.routesOf("me").toCompletableFuture().join().here();
    }

    @Test
    void moreDevicesThanAUidMayHaveAreNotConnectedAtOnce() {
        List<WireConnection> there = IntStream.rangeClosed(0, CursorStore.MAX_DEVICES)
                .mapToObj(i ->
                        fixture.hello(ClientFrames.hello(1).setDevice("d" + i).build()))
                .toList();
        assertThat(there).allMatch(connection -> connection.closed == null);

        WireConnection one =
                fixture.hello(ClientFrames.hello(1).setDevice("more").build());

        assertThat(one.closed).isEqualTo(CloseReason.RATE_LIMITED);
        assertThat(one.closeRetryAfterMs).isPositive();
        there.get(3).close(CloseReason.PEER, "");
        assertThat(fixture.hello(ClientFrames.hello(1).setDevice("more").build()).closed)
                .isNull();
    }

    @Test
    void devicesThatComeAllAtOnceAreNoMoreThanOneAfterTheOther() {
        List<WireConnection> crowd = IntStream.range(0, 100)
                .mapToObj(i -> {
                    WireConnection connection = new WireConnection(fixture.manual.loop);
                    fixture.sessions.open(
                            connection, 1, hello(1).setDevice("d" + i).build());
                    return connection;
                })
                .toList();
        fixture.manual.run();

        assertThat(crowd.stream().filter(connection -> connection.closed == null))
                .hasSize(CursorStore.MAX_DEVICES + 1);
        assertThat(crowd)
                .allMatch(connection -> connection.closed == null
                        || (connection.closed == CloseReason.RATE_LIMITED && connection.closeRetryAfterMs > 0));
        assertThat(routes()).hasSize(CursorStore.MAX_DEVICES + 1);
    }
}
