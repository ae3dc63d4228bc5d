package im.gateway.session;

import static im.gateway.session.ClientFrames.body;
import static im.gateway.session.ClientFrames.frame;
import static im.gateway.session.ClientFrames.send;
import static im.gateway.session.ClientFrames.transientText;
import static im.gateway.session.SessionFixture.A;
import static im.gateway.session.SessionFixture.words;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import im.gateway.ingress.TransientLane;
import im.protocol.Limits;
import im.protocol.v1.Code;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Messages that are kept nowhere: handed to whoever is there and asked for them, at a bounded rate. */
class TransientLaneTest {
    private final SessionFixture fixture = new SessionFixture();

    @Test
    void aTransientMessageReachesTheOtherDevicesThatAskedAndNotTheSender() {
        WireConnection sender = fixture.featured("d1", Feature.TRANSIENT);
        WireConnection other = fixture.featured("d2", Feature.TRANSIENT);
        WireConnection plain = fixture.featured("d3");

        sender.receive(transientText(4, "a", 1, "typing"));
        fixture.manual.run();

        assertThat(words(sender)).containsExactly("#4 OK");
        assertThat(words(other)).containsExactly("T a typing");
        assertThat(plain.received()).isEmpty();
        assertThat(fixture.log.batches).isEmpty();
    }

    @Test
    void theEnvelopeSaysWhoSentItFromWhichDevice() {
        WireConnection sender = fixture.featured("d1", Feature.TRANSIENT);
        WireConnection other = fixture.featured("d2", Feature.TRANSIENT);

        sender.receive(transientText(4, "a", 1, "typing"));
        fixture.manual.run();

        Frame got = other.received().get(0);
        assertThat(got.getTransient().getEnvelope().getSender()).isEqualTo("me");
        assertThat(got.getTransient().getEnvelope().getSenderDevice()).isEqualTo("d1");
    }

    @Test
    void aBodyAtTheLimitIsTakenAndOneAboveIsNot() {
        WireConnection sender = fixture.featured("d1");

        sender.receive(frame(1, data(1, Limits.TRANSIENT_BYTES)));
        sender.receive(frame(2, data(2, Limits.TRANSIENT_BYTES + 1)));

        assertThat(words(sender)).containsExactly("#1 OK", "#2 TOO_LARGE");
    }

    @Test
    void aMessageIdThatIsNoneIsMalformed() {
        WireConnection sender = fixture.featured("d1");

        sender.receive(frame(1, body("a", 1).setMessageId("x").setText("t").setTransient(true)));

        assertThat(words(sender)).containsExactly("#1 MALFORMED");
    }

    @Test
    void aBurstIsTakenAndWhatIsAboveIsRefusedUntilTimePasses() {
        WireConnection sender = fixture.featured("d1");
        IntStream.range(0, TransientLane.BURST).forEach(i -> sender.receive(transientText(i, "a", i + 1, "t")));
        assertThat(words(sender)).hasSize(TransientLane.BURST).allMatch(word -> word.endsWith("OK"));

        sender.receive(transientText(77, "a", 77, "t"));
        Frame refused = sender.received().get(0);
        assertThat(ClientFrames.code(refused)).isEqualTo(Code.RATE_LIMITED);
        assertThat(refused.getSendResult().getRetryAfterMs()).isPositive();
        fixture.manual.advance(refused.getSendResult().getRetryAfterMs());
        sender.receive(transientText(78, "a", 78, "t"));

        assertThat(words(sender)).containsExactly("#78 OK");
    }

    /** D38: a refused transient message blocks no conversation, and a block stops no transient message. */
    @Test
    void transientMessagesAndBlocksDoNotMeet() {
        WireConnection sender = fixture.idle();
        sender.receive(frame(1, data(1, Limits.TRANSIENT_BYTES + 1)));
        sender.receive(send(2, "a", 2));
        fixture.log.accept();
        fixture.manual.run();
        assertThat(words(sender)).containsExactly("#1 TOO_LARGE", "#2 OK");

        sender.receive(ClientFrames.sendBytes(3, "a", 3, Limits.PAYLOAD_BYTES + 1));
        sender.receive(transientText(4, "a", 4, "t"));

        assertThat(words(sender)).containsExactly("#3 TOO_LARGE", "#4 OK");
    }

    @Test
    void aReceiverThatTakesTooLittleGetsNoneAndItIsCounted() {
        WireConnection sender = fixture.featured("d1", Feature.TRANSIENT);
        WireConnection slow = fixture.featured("d2", Feature.TRANSIENT);
        IntStream.range(0, 3).forEach(i -> fixture.deliver(slow, A, 40_000));

        sender.receive(transientText(4, "a", 1, "typing"));
        fixture.manual.run();

        assertThat(words(slow)).noneMatch(word -> word.startsWith("T"));
        assertThat(fixture.count("im.gateway.transients", "outcome", "dropped")).isEqualTo(1);
    }

    private static im.protocol.v1.Send.Builder data(int id, int bytes) {
        return body("a", id).setData(ByteString.copyFrom(new byte[bytes])).setTransient(true);
    }
}
