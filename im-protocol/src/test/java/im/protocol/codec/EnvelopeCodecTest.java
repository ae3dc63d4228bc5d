package im.protocol.codec;

import static im.protocol.codec.RawWebSocket.concat;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import im.protocol.v1.Envelope;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.Send;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EnvelopeCodecTest {
    private static final Send NOTHING = Send.getDefaultInstance();

    private static List<Send> sends() {
        Send text = Frames.send("Grüße 世界 \ud83d\ude00");
        return List.of(
                text,
                Frames.send(""),
                Frames.send("x".repeat(65_536)),
                text.toBuilder().setData(Frames.bytes(65_536, 3)).build(),
                text.toBuilder().setData(ByteString.EMPTY).build(),
                text.toBuilder().clearContent().build(),
                NOTHING);
    }

    @Test
    void theEnvelopeIsProtobufsOwn() {
        for (Send send : sends()) {
            for (long acceptedMs : new long[] {0, 1, 1_700_000_000_000L}) {
                Envelope.Builder expected = Envelope.newBuilder()
                        .setMessageId(send.getMessageId())
                        .setSender("alice")
                        .setSenderDevice("phone")
                        .setAcceptedMs(acceptedMs)
                        .setContentType(send.getContentType());
                if (send.hasData()) {
                    expected.setData(send.getData());
                } else {
                    expected.setText(send.getText());
                }

                assertThat(EnvelopeCodec.encode(send, "alice", "phone", acceptedMs))
                        .isEqualTo(expected.build().toByteArray());
            }
        }
    }

    @Test
    void aParsedSendGivesTheSameEnvelopeAndHashAsABuiltOne() throws Exception {
        for (Send send : sends()) {
            Send parsed = Send.parseFrom(send.toByteArray());

            assertThat(EnvelopeCodec.encode(parsed, "a", "d", 1)).isEqualTo(EnvelopeCodec.encode(send, "a", "d", 1));
            assertThat(EnvelopeCodec.requestHash(parsed)).isEqualTo(EnvelopeCodec.requestHash(send));
        }
    }

    @Test
    void aChangeOfMembershipIsToldFromOtherContent() {
        for (Send send : sends()) {
            assertThat(EnvelopeCodec.isMembership(EnvelopeCodec.encode(send, "a", "d", 1)))
                    .isFalse();
        }
        MembershipChange change =
                MembershipChange.newBuilder().setTitle("x".repeat(200)).build();
        for (MembershipChange one : List.of(change, MembershipChange.getDefaultInstance())) {
            byte[] envelope =
                    EnvelopeCodec.encode(NOTHING.toBuilder().setMembership(one).build(), "a", "d", 1);
            assertThat(EnvelopeCodec.isMembership(envelope)).isTrue();
            assertThat(EnvelopeCodec.membership(envelope)).isEqualTo(one);
        }
        assertThat(EnvelopeCodec.isMembership(new byte[0])).isFalse();
    }

    @Test
    void theHashIsThatOfTypeKindAndContent() throws Exception {
        byte[] content = {1, 2, (byte) 0xff};
        Send data = NOTHING.toBuilder()
                .setContentType("image/png")
                .setData(ByteString.copyFrom(content))
                .build();
        Send text = NOTHING.toBuilder().setContentType("t").setText("é").build();

        assertThat(EnvelopeCodec.requestHash(data))
                .isEqualTo(sha256("image/png\0d".getBytes(StandardCharsets.UTF_8), content));
        assertThat(EnvelopeCodec.requestHash(text)).isEqualTo(sha256("t\0té".getBytes(StandardCharsets.UTF_8)));
        assertThat(EnvelopeCodec.requestHash(NOTHING)).isEqualTo(sha256(new byte[] {0, 't'}));
    }

    private static byte[] sha256(byte[]... parts) throws Exception {
        return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(concat(parts)), EnvelopeCodec.HASH_BYTES);
    }

    @Test
    void onlyTypeKindAndContentCount() {
        Send send = Frames.send("hello");
        byte[] hash = EnvelopeCodec.requestHash(send);

        assertThat(EnvelopeCodec.requestHash(send.toBuilder().setFirst(false).build()))
                .isEqualTo(hash);
        assertThat(EnvelopeCodec.requestHash(
                        send.toBuilder().setMessageId("other").build()))
                .isEqualTo(hash);
        assertThat(EnvelopeCodec.requestHash(
                        send.toBuilder().setConversation(Frames.with("x")).build()))
                .isEqualTo(hash);
    }

    @Test
    void bodiesThatDifferHaveHashesThatDiffer() {
        Send send = Frames.send("hello");
        Set<ByteString> hashes = new HashSet<>();
        List<Send> different = List.of(
                send,
                Frames.send("hellp"),
                Frames.send(""),
                send.toBuilder().setContentType("text/html").build(),
                send.toBuilder().setContentType("").build(),
                send.toBuilder().setData(ByteString.copyFromUtf8("hello")).build(),
                send.toBuilder().setData(ByteString.EMPTY).build());
        for (Send one : different) {
            hashes.add(ByteString.copyFrom(EnvelopeCodec.requestHash(one)));
        }

        assertThat(hashes).hasSameSizeAs(different);
    }

    @Test
    void aSendWithoutContentCountsAsEmptyText() {
        Send none = Frames.send("").toBuilder().clearContent().build();

        assertThat(EnvelopeCodec.requestHash(none)).isEqualTo(EnvelopeCodec.requestHash(Frames.send("")));
        assertThat(EnvelopeCodec.encode(none, "a", "d", 1))
                .isEqualTo(EnvelopeCodec.encode(Frames.send(""), "a", "d", 1));
    }
}
