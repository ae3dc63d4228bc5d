package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.SendResult;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a sender is told is so: what was accepted stands, what was refused does not and may be sent again. */
@Tag(TestServer.CONFORMANCE)
class OutcomeIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @Test
    void ofMoreThanMayBeUnansweredTheFirstStandAndTheRestIsRefusedUntilItIsSentAgain() throws IOException {
        try (RawClient client = SERVER.raw(ann, "phone")) {
            List<String> ids = Stream.generate(TestServer::messageId)
                    .limit(3L * client.welcome().getLimits().getUnansweredSends())
                    .toList();
            List<SendResult> results = results(client, ids);
            int accepted = 0;
            while (results.get(accepted).getCode() == Code.OK) {
                accepted++;
            }

            assertThat(results.get(accepted).getCode()).isEqualTo(Code.OVERLOADED);
            assertThat(results.get(accepted).getRetryAfterMs()).isPositive();
            assertThat(results.subList(accepted + 1, results.size()))
                    .allMatch(result -> result.getCode() == Code.OUT_OF_ORDER);

            int sent = accepted;
            while (sent < ids.size()) {
                int next = Math.min(ids.size(), sent + 100);
                assertThat(results(client, ids.subList(sent, next))).allMatch(result -> result.getCode() == Code.OK);
                sent = next;
            }
            assertThat(TestServer.standing(client, bob, ids.get(ids.size() - 1)))
                    .isEqualTo(ids);
        }
    }

    /** Sends them all in one write. */
    private List<SendResult> results(RawClient client, List<String> ids) throws IOException {
        List<Frame> sends = new ArrayList<>();
        for (String id : ids) {
            sends.add(client.text(id, bob, "message " + id));
        }
        client.sendTogether(sends);
        return sends.stream().map(send -> client.result(send.getRef())).toList();
    }
}
