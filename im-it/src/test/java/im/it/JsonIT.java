package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.Limits;
import im.protocol.json.JsonWire;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Deliver;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.testkit.client.RawClient;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What JSON does to sizes: the same messages take up to six times the room, and frames keep their bounds. */
@Tag(TestServer.CONFORMANCE)
class JsonIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    /** The costliest text there is: each byte takes six. */
    private static final String ESCAPED = "\u0001";

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    private static int jsonBytes(Frame frame) {
        ByteBuf encoded = JsonWire.SERVER.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        try {
            return encoded.readableBytes();
        } finally {
            encoded.release();
        }
    }

    private void send(RawClient client, int messages, int bytes) throws IOException {
        for (int i = 0; i < messages; i++) {
            Frame send = client.text(TestServer.messageId(), bob, ESCAPED.repeat(bytes));
            assertThat(client.sendAndAwait(send).getCode()).isEqualTo(Code.OK);
        }
    }

    @Test
    void theFrameLimitIsToldInWelcome() throws IOException {
        try (RawClient json = SERVER.raw(Transport.JSON, ann, "phone");
                RawClient binary = SERVER.raw(Transport.WS, ann, "desk")) {
            assertThat(json.welcome().getLimits().getFrameBytes()).isEqualTo(Limits.JSON_FRAME_BYTES);
            assertThat(binary.welcome().getLimits().getFrameBytes()).isEqualTo(Limits.FRAME_BYTES);
        }
    }

    @Test
    void aBacklogAndAPageOfItComeInFramesWithinTheLimit() throws IOException {
        int messages = 60;
        try (RawClient client = SERVER.raw(ann, "phone")) {
            send(client, messages, 3_000);
        }
        try (RawClient json = SERVER.raw(Transport.JSON, bob, "phone")) {
            int delivered = 0;
            long last = 0;
            while (delivered < messages) {
                Frame frame = json.await(BodyCase.DELIVER);
                Deliver deliver = frame.getDeliver();
                assertThat(jsonBytes(frame)).isLessThanOrEqualTo(Limits.JSON_FRAME_BYTES);
                delivered += deliver.getPlacedCount();
                last = deliver.getPlaced(deliver.getPlacedCount() - 1).getPosition();
                json.ack(ann, last);
            }
            assertThat(delivered).isEqualTo(messages);

            int paged = 0;
            long after = 0;
            while (after < last) {
                Frame answer = page(json, after);
                SyncPage page = answer.getSyncPage();
                assertThat(jsonBytes(answer)).isLessThanOrEqualTo(Limits.JSON_FRAME_BYTES);
                paged += page.getPlacedCount();
                after = page.getCompleteUpTo();
            }
            assertThat(paged).isEqualTo(messages);
        }
    }

    private Frame page(RawClient client, long after) throws IOException {
        long ref = client.nextRef();
        client.send(Frame.newBuilder()
                .setRef(ref)
                .setSync(Sync.newBuilder()
                        .setConversation(Conversation.newBuilder().setPeer(ann))
                        .setAfter(after)
                        .setLimit(500))
                .build());
        return client.await(frame -> frame.getRef() == ref, "a page");
    }

    @Test
    void theLargestMessageComesInALargerFrameOfItsOwn() throws IOException {
        try (RawClient json = SERVER.raw(Transport.JSON, bob, "phone");
                RawClient client = SERVER.raw(ann, "phone")) {
            json.await(BodyCase.CAUGHT_UP);
            send(client, 2, Limits.PAYLOAD_BYTES);

            assertFramesOfTheirOwn(json, 2);
        }
    }

    @Test
    void theLargestMessagesThatWereMissedComeInFramesOfTheirOwnToo() throws IOException {
        try (RawClient client = SERVER.raw(ann, "phone")) {
            send(client, 2, Limits.PAYLOAD_BYTES);
        }

        try (RawClient json = SERVER.raw(Transport.JSON, bob, "phone")) {
            assertFramesOfTheirOwn(json, 2);
        }
    }

    private void assertFramesOfTheirOwn(RawClient json, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Frame frame = json.await(BodyCase.DELIVER);
            assertThat(frame.getDeliver().getPlacedCount()).isEqualTo(1);
            assertThat(frame.getDeliver().getPlaced(0).getEnvelope().getText())
                    .isEqualTo(ESCAPED.repeat(Limits.PAYLOAD_BYTES));
            assertThat(jsonBytes(frame)).isBetween(Limits.JSON_FRAME_BYTES, Limits.JSON_MESSAGE_BYTES);
            json.ack(ann, frame.getDeliver().getPlaced(0).getPosition());
        }
    }
}
