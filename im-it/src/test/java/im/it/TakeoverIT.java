package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.testkit.client.RawClient;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** D22: newer is the larger attempt, not the later arrival. */
@Tag(TestServer.CONFORMANCE)
class TakeoverIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private final String ann = TestServer.uid("ann");

    @Test
    void aLargerAttemptDisplacesTheConnectionThatIsThere() throws IOException {
        try (RawClient old = welcomed(100, Transport.TCP);
                RawClient newer = welcomed(101, Transport.WS)) {
            Close close = old.awaitClose();

            assertThat(close.getCode()).isEqualTo(4409);
            assertThat(close.getReconnect()).isFalse();
            assertThat(newer.sendAndAwait(newer.text(TestServer.messageId(), ann, "here"))
                            .getCode())
                    .isEqualTo(Code.OK);
            newer.await(BodyCase.DELIVER);
        }
    }

    @Test
    void aSmallerAttemptIsRefusedWithTheStoredOneAndTheOtherStays() throws IOException {
        try (RawClient there = welcomed(100, Transport.WS)) {
            try (RawClient late = connect(99, Transport.TCP)) {
                Close close = late.awaitClose();

                assertThat(close.getCode()).isEqualTo(4411);
                assertThat(close.getReconnect()).isTrue();
                assertThat(close.getAttempt()).isEqualTo(100);
                assertThat(late.inbox()).noneMatch(Frame::hasWelcome);
            }
            there.sendAndAwait(there.text(TestServer.messageId(), ann, "still here"));
            there.await(BodyCase.DELIVER);
        }
    }

    @Test
    void theLateEndOfADisplacedConnectionDoesNotTakeTheNewOnesRouteAway() throws IOException {
        try (RawClient old = welcomed(100, Transport.TCP);
                RawClient newer = welcomed(101, Transport.TCP);
                RawClient sender = SERVER.raw(ann, "sender")) {
            newer.await(BodyCase.CAUGHT_UP);
            old.awaitEnd();
            old.abort();

            sender.sendAndAwait(sender.text(TestServer.messageId(), ann, "to all my devices"));

            assertThat(newer.await(BodyCase.DELIVER).getDeliver().getPlacedCount())
                    .isEqualTo(1);
        }
    }

    @Test
    void twoClientsThatDisplaceEachOtherForEverAreKeptApart() throws IOException {
        int attempt = 200;
        RawClient there = welcomed(attempt, Transport.TCP);
        Close refusal = null;
        while (refusal == null && attempt < 220) {
            RawClient next = connect(++attempt, Transport.TCP);
            Frame answer = next.await(frame -> frame.hasWelcome() || frame.hasClose(), "Welcome or Close");
            if (answer.hasClose()) {
                refusal = answer.getClose();
                next.close();
            } else {
                there.close();
                there = next;
            }
        }

        assertThat(refusal).isNotNull();
        assertThat(refusal.getCode()).isEqualTo(4429);
        assertThat(refusal.getRetryAfterMs()).isBetween(1, 10_000);
        assertThat(there.sendAndAwait(there.text(TestServer.messageId(), ann, "still here"))
                        .getCode())
                .isEqualTo(Code.OK);
        there.close();
    }

    @Test
    void otherDevicesOfTheUidStay() throws IOException {
        try (RawClient phone = welcomed(100, Transport.TCP);
                RawClient desk = SERVER.raw(ann, "desk")) {
            phone.await(BodyCase.CAUGHT_UP);
            desk.await(BodyCase.CAUGHT_UP);

            desk.sendAndAwait(desk.text(TestServer.messageId(), ann, "both get it"));

            phone.await(BodyCase.DELIVER);
            desk.await(BodyCase.DELIVER);
        }
    }

    private RawClient welcomed(long attempt, Transport transport) throws IOException {
        RawClient client = connect(attempt, transport);
        client.await(BodyCase.WELCOME);
        return client;
    }

    private RawClient connect(long attempt, Transport transport) throws IOException {
        RawClient client = SERVER.connect(transport);
        client.send(Frame.newBuilder()
                .setRef(client.nextRef())
                .setHello(RawClient.hello(SERVER.token(ann), "phone").setAttempt(attempt))
                .build());
        return client;
    }
}
