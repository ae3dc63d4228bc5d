package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.Limits;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.PresenceEvent;
import im.protocol.v1.PresenceQuery;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who is online, on whatever node. The grace time is three seconds, a heartbeat nine. */
@Tag(TestServer.CONFORMANCE)
class PresenceIT {
    private static final long GRACE_MS = 3_000;
    /** How far the clocks of this machine's processes are apart, at most. */
    private static final long SLACK_MS = 50;

    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm(spec -> spec.set("presence.grace", "3s"));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final String eve = TestServer.uid("eve");

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aQueryTellsWhoIsOnline(Transport transport) throws IOException {
        try (RawClient asker = SERVER.raw(transport, ann, "phone");
                RawClient there = SERVER.raw(Transport.TCP, bob, "phone")) {
            assertThat(ask(asker, query(eve, bob, ann))).containsExactly(offline(eve, 0), online(bob), online(ann));
            assertThat(there.closed()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void whoSubscribedHearsOfComingAndOfGoingAfterTheGraceTime(Transport transport) throws IOException {
        try (RawClient asker = SERVER.raw(transport, ann, "phone")) {
            assertThat(ask(asker, query(bob).setSubscribe(true))).containsExactly(offline(bob, 0));

            RawClient there = SERVER.raw(bob, "phone");
            assertThat(event(asker)).isEqualTo(online(bob));
            long before = System.currentTimeMillis();
            there.close();
            PresenceEvent gone = event(asker);
            long after = System.currentTimeMillis();

            assertThat(gone.getUid()).isEqualTo(bob);
            assertThat(gone.getOnline()).isFalse();
            assertThat(gone.getLastSeenMs()).isBetween(before - SLACK_MS, after - GRACE_MS + SLACK_MS);
            assertThat(ask(asker, query(bob))).containsExactly(gone);
        }
    }

    @Test
    void aReconnectIsNoFlicker() throws IOException {
        try (RawClient asker = SERVER.raw(ann, "phone");
                RawClient last = SERVER.raw(eve, "phone")) {
            RawClient there = SERVER.raw(bob, "phone");
            assertThat(ask(asker, query(bob, eve).setSubscribe(true))).containsExactly(online(bob), online(eve));

            // Connected before, so that little has to happen within the grace time.
            try (RawClient back = SERVER.connect(Transport.TCP)) {
                there.close();
                assertThat(ask(asker, query(bob))).containsExactly(online(bob));
                back.handshake(RawClient.hello(SERVER.token(bob), "phone").build());
                back.await(BodyCase.CAUGHT_UP);
                last.close();

                // Whatever would be told of the first one would have been told before.
                assertThat(event(asker).getUid()).isEqualTo(eve);
                assertThat(asker.inbox()).noneMatch(Frame::hasPresenceEvent);
            }
        }
    }

    @Test
    void aUidWithAnotherDeviceStaysOnline() throws IOException {
        try (RawClient asker = SERVER.raw(ann, "phone");
                RawClient last = SERVER.raw(eve, "phone");
                RawClient desk = SERVER.raw(bob, "desk")) {
            RawClient there = SERVER.raw(bob, "phone");
            ask(asker, query(bob, eve).setSubscribe(true));

            there.close();
            last.close();

            assertThat(event(asker).getUid()).isEqualTo(eve);
            assertThat(asker.inbox()).noneMatch(Frame::hasPresenceEvent);
            assertThat(desk.closed()).isNull();
        }
    }

    @Test
    void nothingIsToldOfWhatWasUnsubscribed() throws IOException {
        try (RawClient asker = SERVER.raw(ann, "phone")) {
            ask(asker, query(bob, eve).setSubscribe(true));
            assertThat(ask(asker, query(bob).setUnsubscribe(true))).isEmpty();

            try (RawClient first = SERVER.raw(bob, "phone");
                    RawClient second = SERVER.raw(eve, "phone")) {
                first.await(BodyCase.CAUGHT_UP);
                second.await(BodyCase.CAUGHT_UP);

                assertThat(event(asker)).isEqualTo(online(eve));
                assertThat(asker.inbox()).noneMatch(Frame::hasPresenceEvent);
            }
        }
    }

    @Test
    void lastSeenOutlivesTheServer() throws IOException {
        PresenceEvent gone;
        try (RawClient asker = SERVER.raw(SERVER.entrance(), Transport.TCP, ann, "phone")) {
            try (RawClient there = SERVER.raw(SERVER.entrance(), Transport.TCP, bob, "phone")) {
                there.await(BodyCase.CAUGHT_UP);
                ask(asker, query(bob).setSubscribe(true));
            }
            gone = event(asker);
            // What was to be written before is written with it.
            asker.sendAndAwait(asker.text(TestServer.messageId(), eve, "written"));
        }

        SERVER.crash(SERVER.entrance());

        try (RawClient asker = SERVER.raw(SERVER.entrance(), Transport.TCP, ann, "phone")) {
            assertThat(ask(asker, query(bob))).containsExactly(gone);
        }
    }

    @ParameterizedTest
    @EnumSource(Transport.class)
    void aListUpToTheBoundIsAnsweredAndALongerOneIsTooLarge(Transport transport) throws IOException {
        try (RawClient asker = SERVER.raw(transport, ann, "phone")) {
            assertThat(ask(asker, many("a", Limits.PRESENCE_UIDS - 1))).hasSize(Limits.PRESENCE_UIDS - 1);
            assertThat(ask(asker, many("a", Limits.PRESENCE_UIDS))).hasSize(Limits.PRESENCE_UIDS);
            assertThat(refusal(asker, many("a", Limits.PRESENCE_UIDS + 1))).isEqualTo(Code.TOO_LARGE);

            assertThat(ask(asker, many("a", 200).setSubscribe(true))).hasSize(200);
            assertThat(ask(asker, many("b", 200).setSubscribe(true))).hasSize(200);
            assertThat(refusal(asker, many("c", 101).setSubscribe(true))).isEqualTo(Code.TOO_LARGE);
            assertThat(ask(asker, many("c", 100).setSubscribe(true))).hasSize(100);
            assertThat(refusal(asker, query(bob).setSubscribe(true))).isEqualTo(Code.TOO_LARGE);

            assertThat(ask(asker, PresenceQuery.newBuilder().setUnsubscribe(true)))
                    .isEmpty();
            assertThat(ask(asker, query(bob).setSubscribe(true))).hasSize(1);
        }
    }

    @Test
    void whatNobodyCanAnswerIsMalformed() throws IOException {
        try (RawClient asker = SERVER.raw(ann, "phone")) {
            assertThat(refusal(asker, PresenceQuery.newBuilder())).isEqualTo(Code.MALFORMED);
            assertThat(refusal(asker, query("not a uid"))).isEqualTo(Code.MALFORMED);
            assertThat(refusal(asker, query(bob).setSubscribe(true).setUnsubscribe(true)))
                    .isEqualTo(Code.MALFORMED);
            assertThat(ask(asker, query(ann))).containsExactly(online(ann));
        }
    }

    private static PresenceQuery.Builder many(String prefix, int count) {
        return PresenceQuery.newBuilder()
                .addAllUids(IntStream.range(0, count).mapToObj(i -> prefix + i).toList());
    }

    private static PresenceQuery.Builder query(String... uids) {
        return PresenceQuery.newBuilder().addAllUids(List.of(uids));
    }

    private static Frame answer(RawClient asker, PresenceQuery.Builder query) throws IOException {
        long ref = asker.nextRef();
        asker.send(Frame.newBuilder().setRef(ref).setPresenceQuery(query).build());
        return asker.await(frame -> frame.getRef() == ref, "the answer");
    }

    private static List<PresenceEvent> ask(RawClient asker, PresenceQuery.Builder query) throws IOException {
        Frame answer = answer(asker, query);
        assertThat(answer.getBodyCase()).isEqualTo(BodyCase.PRESENCE_LIST);
        return answer.getPresenceList().getPresencesList();
    }

    private static Code refusal(RawClient asker, PresenceQuery.Builder query) throws IOException {
        return answer(asker, query).getError().getCode();
    }

    private static PresenceEvent event(RawClient asker) {
        return asker.await(BodyCase.PRESENCE_EVENT).getPresenceEvent();
    }

    private static PresenceEvent online(String uid) {
        return PresenceEvent.newBuilder().setUid(uid).setOnline(true).build();
    }

    private static PresenceEvent offline(String uid, long lastSeenMs) {
        return PresenceEvent.newBuilder().setUid(uid).setLastSeenMs(lastSeenMs).build();
    }
}
