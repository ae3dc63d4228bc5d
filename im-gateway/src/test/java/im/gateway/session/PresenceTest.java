package im.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.CloseReason;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.PresenceEvent;
import im.protocol.v1.PresenceQuery;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is online, asked by a client, and told again when it changes. */
class PresenceTest {
    private static final long NOW = 1_700_000_000_000L;

    private final SessionFixture fixture = new SessionFixture();
    private final WireConnection asker = asker();
    private long ref = 100;

    private WireConnection asker() {
        fixture.wallClock(NOW);
        return fixture.featured("asker");
    }

    @Test
    void aQueryIsAnsweredWithEachUidOnceInTheOrderAsked() {
        fixture.routes.register("ann", "d", 1, 99);

        ask(query("bob", "ann", "bob"));

        assertThat(answer().getPresenceList().getPresencesList()).containsExactly(offline("bob", 0), online("ann"));
    }

    @Test
    void whoSubscribedIsToldOfComingAndAfterTheGraceTimeOfGoing() {
        ask(subscribe("ann"));
        assertThat(answer().getPresenceList().getPresencesList()).containsExactly(offline("ann", 0));

        enter("ann", 99);
        assertThat(events()).containsExactly(online("ann"));
        leave("ann", 99);
        assertThat(events()).isEmpty();
        pass(NoTimes.GRACE_MILLIS - 50);
        assertThat(events()).isEmpty();
        pass(200);

        assertThat(events()).containsExactly(offline("ann", NOW));
    }

    @Test
    void aReconnectWithinTheGraceTimeIsNotTold() {
        ask(subscribe("ann"));
        enter("ann", 99);
        events();

        leave("ann", 99);
        pass(NoTimes.GRACE_MILLIS / 2);
        enter("ann", 100);
        pass(3 * NoTimes.GRACE_MILLIS);

        assertThat(events()).isEmpty();
    }

    @Test
    void aHintThatWasLostIsMadeGoodWithTheNextHeartbeat() {
        ask(subscribe("ann"));
        answer();

        fixture.routes.register("ann", "d", 1, 99);
        assertThat(events()).isEmpty();
        pass(SessionFixture.HEARTBEAT_MILLIS + 100);

        assertThat(events()).containsExactly(online("ann"));
    }

    @Test
    void whoWentWithoutAWordIsOfflineAfterTheGraceTime() {
        ask(subscribe("ann"));
        enter("ann", 99);
        events();

        fixture.routes.remove("ann", "d", 99);
        pass(SessionFixture.HEARTBEAT_MILLIS + 100);
        assertThat(events()).isEmpty();
        pass(NoTimes.GRACE_MILLIS + 200);

        assertThat(events()).hasSize(1).allMatch(event -> !event.getOnline() && event.getLastSeenMs() > NOW);
    }

    @Test
    void aClockThatIsSetBackHidesNobodysComingAndGoing() {
        ask(subscribe("ann", "bob"));
        answer();
        enter("ann", 99);
        assertThat(events()).containsExactly(online("ann"));

        fixture.wallClock(NOW - 3_600_000);
        enter("bob", 98);
        assertThat(events()).containsExactly(online("bob"));
        leave("ann", 99);
        pass(SessionFixture.HEARTBEAT_MILLIS + 2 * NoTimes.GRACE_MILLIS + 200);

        assertThat(events()).hasSize(1).allMatch(event -> !event.getOnline() && event.getLastSeenMs() < NOW);
    }

    @Test
    void nothingIsToldOfWhatWasUnsubscribed() {
        ask(subscribe("ann", "bob"));
        answer();

        ask(PresenceQuery.newBuilder().addUids("ann").setUnsubscribe(true));
        assertThat(answer().getPresenceList().getPresencesList()).isEmpty();
        enter("ann", 98);
        enter("bob", 99);

        assertThat(events()).containsExactly(online("bob"));
        ask(PresenceQuery.newBuilder().setUnsubscribe(true));
        answer();
        leave("bob", 99);
        pass(2 * NoTimes.GRACE_MILLIS);
        assertThat(events()).isEmpty();
    }

    @Test
    void twoWhoSubscribedAreBothTold() {
        WireConnection other = fixture.featured("other");
        ask(subscribe("ann"));
        answer();
        receive(other, subscribe("ann"));
        other.received();

        enter("ann", 99);
        fixture.manual.advance(100);

        assertThat(events()).hasSize(1);
        assertThat(other.received()).hasSize(1).allMatch(Frame::hasPresenceEvent);
    }

    @Test
    void eventsWaitWhileTheOutboundQueueIsLongAndTellOnlyTheNewest() {
        ask(subscribe("ann"));
        answer();
        IntStream.range(0, 3).forEach(i -> fixture.deliver(asker, ConversationKey.direct("me", "a"), 40_000));

        enter("ann", 99);
        fixture.manual.advance(100);
        asker.flush(2);
        assertThat(asker.arrived).noneMatch(Frame::hasPresenceEvent);
        leave("ann", 99);
        fixture.pass(NoTimes.GRACE_MILLIS + 200);
        asker.flush(Integer.MAX_VALUE);
        fixture.manual.run();
        asker.flush(Integer.MAX_VALUE);

        assertThat(asker.received().stream().filter(Frame::hasPresenceEvent).map(Frame::getPresenceEvent))
                .hasSize(1)
                .allMatch(event -> !event.getOnline());
    }

    @ParameterizedTest
    @ValueSource(ints = {Limits.PRESENCE_UIDS - 1, Limits.PRESENCE_UIDS})
    void aQueryOfAsManyUidsAsAllowedIsAnswered(int uids) {
        ask(PresenceQuery.newBuilder().addAllUids(uids("u", uids)));

        assertThat(answer().getPresenceList().getPresencesCount()).isEqualTo(uids);
    }

    @Test
    void aQueryOfOneUidMoreIsTooLarge() {
        ask(PresenceQuery.newBuilder().addAllUids(uids("u", Limits.PRESENCE_UIDS + 1)));

        assertThat(answer().getError().getCode()).isEqualTo(Code.TOO_LARGE);
    }

    @Test
    void subscriptionsUpToTheBoundAreTakenAndOneMoreIsTooLargeAndChangesNothing() {
        ask(PresenceQuery.newBuilder().addAllUids(uids("a", 200)).setSubscribe(true));
        ask(PresenceQuery.newBuilder().addAllUids(uids("b", 200)).setSubscribe(true));
        ask(PresenceQuery.newBuilder().addAllUids(uids("c", 99)).setSubscribe(true));
        assertThat(List.of(answer(), answer(), answer())).allMatch(Frame::hasPresenceList);

        ask(subscribe("x", "y"));
        assertThat(answer().getError().getCode()).isEqualTo(Code.TOO_LARGE);
        enter("x", 98);
        assertThat(events()).isEmpty();
        ask(subscribe("x"));
        assertThat(answer().hasPresenceList()).isTrue();
        ask(subscribe("a1", "x"));
        assertThat(answer().hasPresenceList()).isTrue();
        ask(subscribe("y"));
        assertThat(answer().getError().getCode()).isEqualTo(Code.TOO_LARGE);
    }

    @Test
    void whatNamesNoUidOrWantsBothIsMalformed() {
        ask(PresenceQuery.newBuilder());
        ask(query("no uid"));
        ask(PresenceQuery.newBuilder().addUids("a").setSubscribe(true).setUnsubscribe(true));

        assertThat(List.of(answer(), answer(), answer()))
                .allMatch(frame -> frame.getError().getCode() == Code.MALFORMED);
    }

    @Test
    void moreUnansweredQueriesThanAllowedAreRefusedForNow() {
        for (int i = 0; i < 17; i++) {
            asker.receive(frame(query("ann")));
        }
        fixture.manual.run();

        List<Frame> answers = asker.received();
        assertThat(answers).hasSize(17);
        assertThat(answers.stream().filter(Frame::hasError))
                .hasSize(1)
                .allMatch(frame -> frame.getError().getCode() == Code.OVERLOADED);
    }

    @Test
    void whileNobodyCanTellAQueryIsUnavailableAndNothingIsSubscribedTo() {
        HeldRoutes held = new HeldRoutes();
        SessionFixture own = new SessionFixture(held);
        WireConnection connection = own.hello(ClientFrames.hello(1).build());
        held.complete();
        own.manual.run();
        connection.received();

        held.away = true;
        connection.receive(frame(subscribe("ann")));
        own.manual.run();

        assertThat(connection.received())
                .hasSize(1)
                .allMatch(frame -> frame.getError().getCode() == Code.UNAVAILABLE
                        && frame.getError().getRetryAfterMs() > 0);
        assertThat(own.presence.of(own.manual.loop).toString()).isEqualTo("watched=0");
    }

    @Test
    void subscriptionsEndWithTheirConnection() {
        ask(subscribe("ann"));
        answer();

        asker.close(CloseReason.PEER, "gone");
        fixture.manual.run();
        enter("ann", 99);

        assertThat(fixture.presence.of(fixture.manual.loop).toString()).isEqualTo("watched=0");
    }

    private static List<String> uids(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    private static PresenceQuery.Builder query(String... uids) {
        return PresenceQuery.newBuilder().addAllUids(List.of(uids));
    }

    private static PresenceQuery.Builder subscribe(String... uids) {
        return query(uids).setSubscribe(true);
    }

    private void ask(PresenceQuery.Builder query) {
        receive(asker, query);
    }

    private void receive(WireConnection connection, PresenceQuery.Builder query) {
        connection.receive(frame(query));
        fixture.manual.run();
    }

    private Frame frame(PresenceQuery.Builder query) {
        return Frame.newBuilder().setRef(++ref).setPresenceQuery(query).build();
    }

    private final java.util.ArrayDeque<Frame> unread = new java.util.ArrayDeque<>();

    private Frame answer() {
        if (unread.isEmpty()) {
            unread.addAll(asker.received());
        }
        return unread.remove();
    }

    /** The asker pings meanwhile. */
    private void pass(long millis) {
        for (long left = millis; left > 0; left -= 100) {
            asker.receive(ClientFrames.ping());
            asker.flush(Integer.MAX_VALUE);
            fixture.pass(Math.min(left, 100));
        }
    }

    private List<PresenceEvent> events() {
        fixture.manual.advance(50);
        List<PresenceEvent> events = unread.stream()
                .filter(Frame::hasPresenceEvent)
                .map(Frame::getPresenceEvent)
                .collect(java.util.stream.Collectors.toCollection(java.util.ArrayList::new));
        unread.clear();
        asker.received().stream()
                .filter(Frame::hasPresenceEvent)
                .map(Frame::getPresenceEvent)
                .forEach(events::add);
        return events;
    }

    private void enter(String uid, long connection) {
        fixture.routes.register(uid, "d", connection, connection);
        fixture.presence.presence().entered(uid);
        fixture.manual.run();
    }

    private void leave(String uid, long connection) {
        fixture.presence.presence().left(uid, () -> fixture.routes.remove(uid, "d", connection));
        fixture.manual.run();
    }

    private static PresenceEvent online(String uid) {
        return PresenceEvent.newBuilder().setUid(uid).setOnline(true).build();
    }

    private static PresenceEvent offline(String uid, long lastSeenMs) {
        return PresenceEvent.newBuilder().setUid(uid).setLastSeenMs(lastSeenMs).build();
    }
}
