package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.GiveUp;
import im.protocol.v1.SendResult;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** D13 and D38: what follows a send that failed. A known id with another body is a send that fails. */
@Tag(TestServer.CONFORMANCE)
@ParameterizedClass
@EnumSource(
        value = Transport.class,
        names = {"TCP", "POLL"})
class OrderIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final String known = TestServer.messageId();
    private final Transport transport;
    private final RawClient client;

    OrderIT(Transport transport) throws IOException {
        this.transport = transport;
        client = SERVER.raw(transport, ann, "phone");
    }

    @BeforeEach
    void sendOne() throws IOException {
        assertThat(client.sendAndAwait(client.text(known, bob, "known")).getCode())
                .isEqualTo(Code.OK);
    }

    @AfterEach
    void close() throws IOException {
        client.close();
    }

    @Test
    void pipelinedSendsStandInTheOrderTheyWereSent() throws IOException {
        List<Frame> sends = IntStream.range(0, 200)
                .mapToObj(i -> client.text(TestServer.messageId(), bob, "pipelined " + i))
                .toList();
        client.sendTogether(sends);

        assertThat(results(sends)).allMatch(result -> result.getCode() == Code.OK);
        List<String> own = new ArrayList<>();
        while (own.size() < 201) {
            client.await(BodyCase.DELIVER)
                    .getDeliver()
                    .getPlacedList()
                    .forEach(placed -> own.add(placed.getEnvelope().getMessageId()));
        }
        assertThat(own.subList(1, 201))
                .isEqualTo(sends.stream()
                        .map(send -> send.getSend().getMessageId())
                        .toList());
    }

    @Test
    void whatFollowsAFailedSendIsRefusedUntilItIsSentAgain() throws IOException {
        String other = TestServer.messageId();
        assertThat(codes(client.text(known, bob, "other body"), client.text(other, bob, "behind")))
                .containsExactly(Code.CONFLICT, Code.OUT_OF_ORDER);
        assertThat(codes(client.text(other, bob, "behind"))).containsExactly(Code.OUT_OF_ORDER);

        assertThat(codes(client.text(known, bob, "known"), client.text(other, bob, "behind")))
                .containsExactly(Code.OK, Code.OK);
    }

    @Test
    void aSendMarkedFirstOpensTheConversation() throws IOException {
        String other = TestServer.messageId();
        assertThat(codes(client.text(known, bob, "other body"), client.text(other, bob, "behind")))
                .containsExactly(Code.CONFLICT, Code.OUT_OF_ORDER);

        assertThat(codes(client.text(other, bob, "behind", true), client.text(TestServer.messageId(), bob, "next")))
                .containsExactly(Code.OK, Code.OK);
    }

    @Test
    void givingUpOpensTheConversation() throws IOException {
        assertThat(codes(client.text(known, bob, "other body"))).containsExactly(Code.CONFLICT);

        client.send(Frame.newBuilder()
                .setGiveUp(GiveUp.newBuilder().setConversation(RawClient.peer(bob)))
                .build());

        assertThat(codes(client.text(TestServer.messageId(), bob, "next"))).containsExactly(Code.OK);
    }

    @Test
    void aConversationIsBlockedByItsOwnFailureOnly() throws IOException {
        String cy = TestServer.uid("cy");
        assertThat(codes(
                        client.text(known, bob, "other body"),
                        client.text(TestServer.messageId(), cy, "elsewhere"),
                        client.text(TestServer.messageId(), bob, "behind")))
                .containsExactly(Code.CONFLICT, Code.OK, Code.OUT_OF_ORDER);
    }

    @Test
    void aBlockIsOfTheConnectionAndNotOfTheDevice() throws IOException {
        assertThat(codes(client.text(known, bob, "other body"))).containsExactly(Code.CONFLICT);

        try (RawClient again = SERVER.raw(transport, ann, "phone")) {
            assertThat(again.sendAndAwait(again.text(TestServer.messageId(), bob, "next"))
                            .getCode())
                    .isEqualTo(Code.OK);
        }
    }

    @Test
    void aSendThatIsTooLargeBlocksLikeAnyOther() throws IOException {
        String large = TestServer.messageId();
        assertThat(codes(
                        client.data(large, bob, new byte[64 * 1024 + 1]),
                        client.text(TestServer.messageId(), bob, "behind")))
                .containsExactly(Code.TOO_LARGE, Code.OUT_OF_ORDER);

        assertThat(codes(client.data(large, bob, new byte[64 * 1024]))).containsExactly(Code.OK);
    }

    private List<Code> codes(Frame... sends) throws IOException {
        client.sendTogether(List.of(sends));
        return results(List.of(sends)).stream().map(SendResult::getCode).toList();
    }

    private List<SendResult> results(List<Frame> sends) {
        return sends.stream().map(send -> client.result(send.getRef())).toList();
    }
}
