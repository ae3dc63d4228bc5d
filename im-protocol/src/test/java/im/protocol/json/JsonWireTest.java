package im.protocol.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import im.protocol.ConversationName;
import im.protocol.Limits;
import im.protocol.codec.FrameCodec;
import im.protocol.codec.Frames;
import im.protocol.codec.WebSocketCodec;
import im.protocol.codec.WebSocketEvent;
import im.protocol.codec.Wire;
import im.protocol.v1.Conversation;
import im.protocol.v1.Deliver;
import im.protocol.v1.Frame;
import im.protocol.v1.Placed;
import im.protocol.v1.SyncPage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonWireTest {
    private static final UnpooledByteBufAllocator ALLOC = UnpooledByteBufAllocator.DEFAULT;

    /** What the other side reads from the only message in the buffer, which is released. */
    private static Frame received(ByteBuf encoded, WebSocketCodec.Role reader) throws Exception {
        WebSocketCodec codec = new WebSocketCodec(reader, WebSocketCodec.Accepts.TEXT, Limits.JSON_MESSAGE_BYTES);
        try {
            var message = (WebSocketEvent.Message) codec.tryDecode(encoded, ALLOC);
            assertThat(message).isNotNull();
            assertThat(encoded.isReadable()).isFalse();
            return JsonWire.SERVER.parse(message.payload());
        } finally {
            codec.release();
            encoded.release();
        }
    }

    @Test
    void aFrameIsOneTextMessage() throws Exception {
        for (Frame frame : Frames.all()) {
            assertThat(received(JsonWire.SERVER.encode(frame, ALLOC), WebSocketCodec.Role.CLIENT))
                    .isEqualTo(frame);
            assertThat(received(JsonWire.CLIENT.encode(frame, ALLOC), WebSocketCodec.Role.SERVER))
                    .isEqualTo(frame);
        }
    }

    @Test
    void storedMessagesAreWrittenAsTheEqualFrames() throws Exception {
        List<Placed> placed = List.of(Frames.placed(5, 0, "one"), Frames.placed(9, 5, "two"));
        List<byte[]> stored = placed.stream().map(Placed::toByteArray).toList();
        Conversation bob = Conversation.newBuilder().setPeer("bob").build();

        Frame deliver = received(
                JsonWire.SERVER.encodeDeliver(ConversationName.peer("bob"), stored, true, 4, ALLOC),
                WebSocketCodec.Role.CLIENT);
        Frame page = received(
                JsonWire.SERVER.encodeSyncPage(
                        new Wire.PageHead(3, ConversationName.peer("bob"), true, true, 5, 99, 9), stored, ALLOC),
                WebSocketCodec.Role.CLIENT);

        assertThat(deliver)
                .isEqualTo(Frame.newBuilder()
                        .setDeliver(Deliver.newBuilder()
                                .setConversation(bob)
                                .addAllPlaced(placed)
                                .setCatchingUp(true)
                                .setTruncatedUpTo(4))
                        .build());
        assertThat(page)
                .isEqualTo(Frame.newBuilder()
                        .setRef(3)
                        .setSyncPage(SyncPage.newBuilder()
                                .setConversation(bob)
                                .addAllPlaced(placed)
                                .setMore(true)
                                .setTruncated(true)
                                .setFirstHeld(5)
                                .setHead(99)
                                .setCompleteUpTo(9))
                        .build());
    }

    @Test
    void whatIsNotAStoredMessageIsNoFrame() {
        List<byte[]> broken = List.of(new byte[] {0x0a, 5});

        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonWire.SERVER.encodeDeliver(ConversationName.peer("bob"), broken, false, 0, ALLOC));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "\u0001", "\"", "<", "世", "\ud83d\ude00", "a\u0001\"\n"})
    void messagesWithinTheBudgetFitAFrame(String piece) {
        for (int repeat : new int[] {1, 20, 500, 5_000}) {
            byte[] placed = Frames.placed(Long.MAX_VALUE, Long.MAX_VALUE, piece.repeat(repeat))
                    .toByteArray();
            List<byte[]> many = new ArrayList<>();
            int bytes = FrameCodec.PLACED_OVERHEAD;
            while ((bytes += FrameCodec.placedFieldSize(placed.length)) <= JsonWire.SERVER.placedBudget()) {
                many.add(placed);
            }
            ByteBuf deliver = JsonWire.SERVER.encodeDeliver(
                    ConversationName.peer("p".repeat(64)), many, true, Long.MAX_VALUE, ALLOC);

            assertThat(deliver.readableBytes()).isLessThanOrEqualTo(Limits.JSON_FRAME_BYTES);
            deliver.release();
        }
    }

    @Test
    void theLargestMessageFitsALargerFrameOfItsOwn() {
        byte[] placed = Frames.placed(Long.MAX_VALUE, Long.MAX_VALUE, "\u0001".repeat(Limits.PAYLOAD_BYTES))
                .toByteArray();

        ByteBuf deliver = JsonWire.SERVER.encodeDeliver(
                ConversationName.peer("p".repeat(64)), List.of(placed), true, Long.MAX_VALUE, ALLOC);

        assertThat(deliver.readableBytes())
                .isGreaterThan(Limits.JSON_FRAME_BYTES)
                .isLessThanOrEqualTo(Limits.JSON_MESSAGE_BYTES);
        deliver.release();
    }
}
