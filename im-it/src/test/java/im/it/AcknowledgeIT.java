package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.protocol.v1.Ack;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Placed;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.relay.Partitions;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** D18, D21 and D29 as a receiver sees them: positions, prev, cursors and pages. */
@Tag(TestServer.CONFORMANCE)
class AcknowledgeIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    /** As many as a log has by default. */
    private static final Partitions PARTITIONS = new Partitions(8);

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @Test
    void anAcknowledgementAboveTheHeadIsRefusedAndTheCursorStays() throws IOException {
        send(3);
        List<Placed> all;
        try (RawClient client = SERVER.raw(bob, "phone")) {
            all = receive(client, 3);
            acknowledge(client, List.of(all.get(0).getPosition()));

            assertThat(refusal(client, ann, all.get(2).getPosition() + 1)).isEqualTo(Code.BAD_RANGE);
            assertThat(refusal(client, ann, Long.MAX_VALUE)).isEqualTo(Code.BAD_RANGE);
            assertThat(refusal(client, nobody(), 1)).isEqualTo(Code.BAD_RANGE);
        }

        assertThatTheNextSessionGets(all.subList(1, 3), List.of(all.get(0).getPosition()));
    }

    /** Beside ann in the log: of a partition in which nothing has ever stood, a view cannot tell. */
    private String nobody() {
        int partition = PARTITIONS.of(ConversationKey.direct(ann, bob));
        return Stream.generate(() -> TestServer.uid("nobody"))
                .filter(uid -> PARTITIONS.of(ConversationKey.direct(uid, bob)) == partition)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aLowerAcknowledgementIsTakenAndChangesNothing() throws IOException {
        send(3);
        List<Long> said;
        try (RawClient client = SERVER.raw(bob, "phone")) {
            List<Placed> all = receive(client, 3);
            said = List.of(all.get(2).getPosition(), all.get(0).getPosition(), 0L);
            acknowledge(client, said);
            page(client, ann, 0, 0);
            assertThat(client.inbox()).noneMatch(Frame::hasError);
        }

        assertThatTheNextSessionGets(List.of(), said);
    }

    @Test
    void everyMessageNamesThePositionBeforeItInItsConversation() throws IOException {
        send(3);
        send(TestServer.uid("other"), 2);
        try (RawClient client = SERVER.raw(bob, "phone")) {
            List<Placed> all = new ArrayList<>(receive(client, 3));
            client.await(BodyCase.CAUGHT_UP);
            send(3);
            all.addAll(receive(client, 3));

            assertThat(all.get(0).getPrev()).isZero();
            for (int i = 1; i < all.size(); i++) {
                assertThat(all.get(i).getPrev()).isEqualTo(all.get(i - 1).getPosition());
                assertThat(all.get(i).getPosition()).isGreaterThan(all.get(i).getPrev());
            }
        }
    }

    @Test
    void aPageHoldsWhatFollowsAPositionAndSaysHowFarItIsComplete() throws IOException {
        send(5);
        try (RawClient client = SERVER.raw(bob, "phone")) {
            List<Placed> all = receive(client, 5);
            long head = all.get(4).getPosition();

            SyncPage middle = page(client, ann, all.get(0).getPosition(), 2);
            SyncPage rest = page(client, ann, all.get(2).getPosition(), 500);
            SyncPage none = page(client, ann, head, 0);

            assertThat(middle.getPlacedList()).isEqualTo(all.subList(1, 3));
            assertThat(middle.getMore()).isTrue();
            assertThat(middle.getHead()).isEqualTo(head);
            assertThat(middle.getCompleteUpTo())
                    .isBetween(all.get(2).getPosition(), all.get(3).getPosition() - 1);
            assertThat(rest.getPlacedList()).isEqualTo(all.subList(3, 5));
            assertThat(rest.getMore()).isFalse();
            assertThat(rest.getCompleteUpTo()).isGreaterThanOrEqualTo(head);
            assertThat(none.getPlacedList()).isEmpty();
            assertThat(none.getCompleteUpTo()).isGreaterThanOrEqualTo(head);
        }
    }

    @Test
    void aPageWithABadRangeIsRefused() throws IOException {
        try (RawClient client = SERVER.raw(bob, "phone")) {
            for (Sync.Builder bad : List.of(
                    Sync.newBuilder().setAfter(-1),
                    Sync.newBuilder().setLimit(-1),
                    Sync.newBuilder().setLimit(501))) {
                long ref = client.nextRef();
                client.send(Frame.newBuilder()
                        .setRef(ref)
                        .setSync(bad.setConversation(RawClient.peer(ann)))
                        .build());
                assertThat(client.await(frame -> frame.getRef() == ref, "the refusal")
                                .getError()
                                .getCode())
                        .isEqualTo(Code.BAD_RANGE);
            }
        }
    }

    private void acknowledge(RawClient client, List<Long> positions) throws IOException {
        for (long position : positions) {
            client.ack(ann, position);
        }
    }

    /**
     * Nothing tells a client that its acknowledgement is stored; a session that begins before it is gets more, and says
     * it again, as it may have been dropped.
     */
    private void assertThatTheNextSessionGets(List<Placed> expected, List<Long> acknowledged) {
        await().pollInterval(Duration.ofMillis(500)).untilAsserted(() -> {
            try (RawClient client = SERVER.raw(bob, "phone")) {
                client.await(BodyCase.CAUGHT_UP);
                acknowledge(client, acknowledged);
                assertThat(client.inbox().stream()
                                .filter(Frame::hasDeliver)
                                .flatMap(frame -> frame.getDeliver().getPlacedList().stream())
                                .toList())
                        .isEqualTo(expected);
            }
        });
    }

    private void send(int count) throws IOException {
        send(ann, count);
    }

    private void send(String from, int count) throws IOException {
        try (RawClient client = SERVER.raw(from, TestServer.uid("device"))) {
            for (int i = 0; i < count; i++) {
                client.sendAndAwait(client.text(TestServer.messageId(), bob, "message " + i));
            }
        }
    }

    /** So many messages of ann's conversation; those of others are dropped. */
    private List<Placed> receive(RawClient client, int count) {
        List<Placed> got = new ArrayList<>();
        while (got.size() < count) {
            got.addAll(client.await(
                            frame -> frame.hasDeliver()
                                    && frame.getDeliver()
                                            .getConversation()
                                            .getPeer()
                                            .equals(ann),
                            "a message of " + ann)
                    .getDeliver()
                    .getPlacedList());
        }
        assertThat(got).hasSize(count);
        return got;
    }

    private static Code refusal(RawClient client, String peer, long position) throws IOException {
        long ref = client.nextRef();
        client.send(Frame.newBuilder()
                .setRef(ref)
                .setAck(Ack.newBuilder().addCursors(RawClient.cursor(peer, position)))
                .build());
        return client.await(frame -> frame.getRef() == ref && frame.hasError(), "the refusal of " + position)
                .getError()
                .getCode();
    }

    private static SyncPage page(RawClient client, String peer, long after, int limit) throws IOException {
        return client.page(peer, Sync.newBuilder().setAfter(after).setLimit(limit));
    }
}
