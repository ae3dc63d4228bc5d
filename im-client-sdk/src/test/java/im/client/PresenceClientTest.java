package im.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.v1.Code;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.PresenceEvent;
import im.protocol.v1.PresenceList;
import im.protocol.v1.PresenceQuery;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is online, as an app asks for it. */
class PresenceClientTest {
    private final BlockingQueue<UserPresence> told = new LinkedBlockingQueue<>();

    @Test
    void aQueryIsAnsweredWithWhatTheGatewaySays() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();

            CompletableFuture<List<UserPresence>> asked = it.client.presence().query(List.of("bob", "eve"));
            Frame query = peer.expect(BodyCase.PRESENCE_QUERY);
            assertThat(query.getPresenceQuery())
                    .isEqualTo(PresenceQuery.newBuilder()
                            .addUids("bob")
                            .addUids("eve")
                            .build());
            peer.say(list(query, event("bob", true, 0), event("eve", false, 7)));

            assertThat(ClientFixture.get(asked))
                    .containsExactly(new UserPresence("bob", true, 0), new UserPresence("eve", false, 7));
        }
    }

    @Test
    void theListenerIsToldWhatIsKnownAndWhatChanges() throws Exception {
        try (ClientFixture it = listening()) {
            FakePeer peer = it.connect();
            CompletableFuture<Void> subscribed = it.client.presence().subscribe(List.of("bob"));
            Frame query = peer.expect(BodyCase.PRESENCE_QUERY);
            assertThat(query.getPresenceQuery().getSubscribe()).isTrue();

            peer.say(list(query, event("bob", false, 7)));
            ClientFixture.get(subscribed);
            assertThat(next()).isEqualTo(new UserPresence("bob", false, 7));
            peer.say(Frame.newBuilder().setPresenceEvent(event("eve", true, 0)));
            peer.say(Frame.newBuilder().setPresenceEvent(event("bob", true, 0)));

            assertThat(next()).isEqualTo(new UserPresence("bob", true, 0));
        }
    }

    @Test
    void subscriptionsAreAskedForAgainOnANewConnectionAndOnlyDifferencesAreTold() throws Exception {
        try (ClientFixture it = listening()) {
            FakePeer peer = it.connect();
            it.client.presence().subscribe(List.of("bob", "eve", "joe"));
            peer.say(list(
                    peer.expect(BodyCase.PRESENCE_QUERY),
                    event("bob", true, 0),
                    event("eve", true, 0),
                    event("joe", true, 0)));
            assertThat(List.of(next(), next(), next())).allMatch(UserPresence::online);
            it.client.presence().unsubscribe(List.of("joe"));
            Frame end = peer.expect(BodyCase.PRESENCE_QUERY);
            assertThat(end.getPresenceQuery().getUnsubscribe()).isTrue();
            peer.say(list(end));

            it.client.dropConnection();
            FakePeer next = it.gateway.accept();
            next.expect(BodyCase.HELLO);
            next.say(FakePeer.welcome());
            Frame again = next.expect(BodyCase.PRESENCE_QUERY);
            assertThat(again.getPresenceQuery().getUidsList()).containsExactly("bob", "eve");
            next.say(list(again, event("bob", true, 0), event("eve", false, 9)));

            assertThat(next()).isEqualTo(new UserPresence("eve", false, 9));
        }
    }

    @Test
    void aRefusalForGoodIsNotAskedAgain() throws Exception {
        try (ClientFixture it = listening()) {
            FakePeer peer = it.connect();
            CompletableFuture<Void> subscribed = it.client.presence().subscribe(List.of("bob"));
            peer.say(Frame.newBuilder()
                    .setRef(peer.expect(BodyCase.PRESENCE_QUERY).getRef())
                    .setError(Error.newBuilder().setCode(Code.TOO_LARGE)));

            assertThatThrownBy(() -> ClientFixture.get(subscribed)).hasStackTraceContaining("TOO_LARGE");
            it.client.presence().subscribe(List.of("eve"));

            assertThat(peer.expect(BodyCase.PRESENCE_QUERY).getPresenceQuery().getUidsList())
                    .containsExactly("eve");
        }
    }

    @Test
    void thoseWhomTheGatewayCouldNotTellOfAreAskedForOnceMoreAndTogether() throws Exception {
        try (ClientFixture it = listening()) {
            FakePeer peer = it.connect();
            it.client.presence().subscribe(List.of("bob"));
            peer.say(overloaded(peer.expect(BodyCase.PRESENCE_QUERY)));
            it.client.dropConnection();
            FakePeer next = it.reconnected();
            next.say(overloaded(next.expect(BodyCase.PRESENCE_QUERY)));
            it.client.presence().subscribe(List.of("eve"));
            next.say(overloaded(next.expect(BodyCase.PRESENCE_QUERY)));

            Frame again = next.expect(BodyCase.PRESENCE_QUERY);
            assertThat(again.getPresenceQuery().getUidsList()).containsExactly("bob", "eve");
            next.say(list(again, event("bob", true, 0), event("eve", true, 0)));
            assertThat(List.of(next(), next())).allMatch(UserPresence::online);

            it.client.presence().subscribe(List.of("joe"));
            assertThat(next.expect(BodyCase.PRESENCE_QUERY).getPresenceQuery().getUidsList())
                    .containsExactly("joe");
        }
    }

    @Test
    void upTo500AreSubscribedToInPiecesOf200AndNotOneMore() throws Exception {
        try (ClientFixture it = listening()) {
            FakePeer peer = it.connect();
            CompletableFuture<Void> all = it.client
                    .presence()
                    .subscribe(IntStream.range(0, 500).mapToObj(i -> "u" + i).toList());
            for (int size : new int[] {200, 200, 100}) {
                Frame query = peer.expect(BodyCase.PRESENCE_QUERY);
                assertThat(query.getPresenceQuery().getUidsCount()).isEqualTo(size);
                peer.say(list(query));
            }
            ClientFixture.get(all);

            assertThatThrownBy(() -> ClientFixture.get(it.client.presence().subscribe(List.of("one more"))))
                    .hasStackTraceContaining("500");
        }
    }

    private ClientFixture listening() throws Exception {
        return new ClientFixture(FakeGateway.tcp(), builder -> builder.presenceListener(told::add));
    }

    private UserPresence next() throws InterruptedException {
        UserPresence presence = told.poll(10, TimeUnit.SECONDS);
        assertThat(presence).isNotNull();
        return presence == null ? new UserPresence("nobody", false, 0) : presence;
    }

    private static Frame.Builder overloaded(Frame query) {
        return Frame.newBuilder()
                .setRef(query.getRef())
                .setError(Error.newBuilder().setCode(Code.OVERLOADED));
    }

    private static PresenceEvent event(String uid, boolean online, long lastSeenMs) {
        return PresenceEvent.newBuilder()
                .setUid(uid)
                .setOnline(online)
                .setLastSeenMs(lastSeenMs)
                .build();
    }

    private static Frame.Builder list(Frame query, PresenceEvent... events) {
        return Frame.newBuilder()
                .setRef(query.getRef())
                .setPresenceList(PresenceList.newBuilder().addAllPresences(List.of(events)));
    }
}
