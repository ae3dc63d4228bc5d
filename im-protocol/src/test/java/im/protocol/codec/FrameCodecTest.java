package im.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationName;
import im.protocol.Limits;
import im.protocol.v1.Deliver;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.protocol.v1.Send;
import im.protocol.v1.SyncPage;
import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameCodecTest {
    private final Buffers heap = Buffers.heap();
    private final Buffers direct = Buffers.direct();

    @Test
    void everyKindOfFrameIsAmongTheExamples() {
        Set<Frame.BodyCase> kinds =
                Frames.all().stream().map(Frame::getBodyCase).collect(Collectors.toSet());

        assertThat(kinds).isEqualTo(EnumSet.allOf(Frame.BodyCase.class));
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, mode = EnumSource.Mode.EXCLUDE, names = "LINE")
    void everyFrameComesOutAsItWentIn(Framing framing) throws Exception {
        for (Frame frame : Frames.all()) {
            ByteBuf encoded = FrameCodec.encode(frame, framing, heap.alloc());

            assertThat(Received.body(encoded, framing, heap.alloc())).isEqualTo(frame.toByteArray());
            assertThat(Received.frame(FrameCodec.encode(frame, framing, direct.alloc()), framing, direct.alloc()))
                    .isEqualTo(frame);
        }
        heap.assertNothingHeld();
        direct.assertNothingHeld();
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, mode = EnumSource.Mode.EXCLUDE, names = "LINE")
    void aBodyOnEitherSideOfAHeadersBoundComesOutAsItWentIn(Framing framing) throws Exception {
        for (int length : new int[] {125, 126, 127, 128, 16_383, 16_384, 65_535, 65_536, Limits.FRAME_BYTES}) {
            Frame frame = ofSize(length);

            assertThat(Received.frame(FrameCodec.encode(frame, framing, heap.alloc()), framing, heap.alloc()))
                    .isEqualTo(frame);
        }
        heap.assertNothingHeld();
    }

    private static Frame ofSize(int size) {
        for (int text = size; ; text--) {
            Frame frame = Frame.newBuilder()
                    .setSend(Send.newBuilder().setText("x".repeat(text)))
                    .build();
            if (frame.getSerializedSize() <= size) {
                // Where the lengths inside grow by a byte, one size cannot be met; its ref fills the hole.
                Frame filled = frame.toBuilder().setRef(1).build();
                return frame.getSerializedSize() == size ? frame : filled;
            }
        }
    }

    /** What is allocated lies behind something else in its array. */
    private static final class SharedArrays extends AbstractByteBufAllocator {
        @Override
        public ByteBuf ioBuffer(int initialCapacity, int maxCapacity) {
            return heapBuffer(initialCapacity, maxCapacity);
        }

        @Override
        protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
            byte[] shared = new byte[maxCapacity + 7];
            return Unpooled.wrappedBuffer(shared).slice(5, maxCapacity).clear();
        }

        @Override
        protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
            throw new UnsupportedOperationException("heap only");
        }

        @Override
        public boolean isDirectBufferPooled() {
            return false;
        }
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, mode = EnumSource.Mode.EXCLUDE, names = "LINE")
    void aFrameIsWrittenWhereItsBufferBeginsInASharedArray(Framing framing) throws Exception {
        ByteBufAllocator alloc = new SharedArrays();
        for (Frame frame : Frames.all()) {
            ByteBuf encoded = FrameCodec.encode(frame, framing, alloc);

            assertThat(encoded.arrayOffset()).isEqualTo(5);
            assertThat(Received.frame(encoded, framing, alloc)).isEqualTo(frame);
        }
    }

    @Test
    void aFrameIsReadFromAnyKindOfBufferAndItsIndicesStay() throws Exception {
        Frame frame = Frames.all().get(5);
        byte[] bytes = frame.toByteArray();
        byte[] padded = RawWebSocket.concat(new byte[3], bytes, new byte[5]);
        List<ByteBuf> buffers = List.of(
                heap.of(padded),
                direct.of(padded),
                PooledByteBufAllocator.DEFAULT.directBuffer().writeBytes(padded),
                PooledByteBufAllocator.DEFAULT.heapBuffer().writeBytes(padded),
                Unpooled.wrappedBuffer(padded).asReadOnly(),
                Unpooled.wrappedBuffer(
                        Unpooled.copiedBuffer(padded, 0, 7), Unpooled.copiedBuffer(padded, 7, padded.length - 7)));
        for (ByteBuf buffer : buffers) {
            ByteBuf body = buffer.slice(3, bytes.length);
            assertThat(FrameCodec.parse(body)).isEqualTo(frame);
            assertThat(body.readableBytes()).isEqualTo(bytes.length);

            buffer.setIndex(3, 3 + bytes.length);
            assertThat(FrameCodec.parse(buffer)).isEqualTo(frame);
            assertThat(buffer.readerIndex()).isEqualTo(3);
            assertThat(buffer.refCnt()).isEqualTo(1);
            buffer.release();
        }
        heap.assertNothingHeld();
        direct.assertNothingHeld();
    }

    @Test
    void aParsedFrameSharesNothingWithItsBuffer() throws Exception {
        Frame frame = Frames.all().get(6);
        ByteBuf body = heap.of(frame.toByteArray());

        Frame parsed = FrameCodec.parse(body);
        body.setZero(0, body.capacity());
        body.release();

        assertThat(parsed).isEqualTo(frame);
    }

    @Test
    void anEmptyBodyAndAnUnknownOneAreFramesWithoutABody() throws Exception {
        assertThat(FrameCodec.parse(Unpooled.EMPTY_BUFFER).getBodyCase()).isEqualTo(Frame.BodyCase.BODY_NOT_SET);

        // ref 5, then field 100 as a message
        Frame unknown = FrameCodec.parse(Unpooled.wrappedBuffer(new byte[] {8, 5, (byte) 0xa2, 6, 2, 8, 1}));
        assertThat(unknown.getRef()).isEqualTo(5);
        assertThat(unknown.getBodyCase()).isEqualTo(Frame.BodyCase.BODY_NOT_SET);
        assertThat(unknown.getUnknownFields().asMap()).isEmpty();
    }

    @Test
    void unknownFieldsOfAKnownBodyAreDropped() throws Exception {
        Frame frame =
                Frame.newBuilder().setPing(Ping.newBuilder().setClientTimeMs(5)).build();
        // ping { client_time_ms 5, field 9: 1 }
        Frame parsed = FrameCodec.parse(Unpooled.wrappedBuffer(new byte[] {0x12, 4, 8, 5, 0x48, 1}));

        assertThat(parsed).isEqualTo(frame);
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, mode = EnumSource.Mode.EXCLUDE, names = "LINE")
    void aDeliverOfEncodedMessagesIsTheBytesOfTheEqualFrame(Framing framing) throws Exception {
        Random random = seeded();
        for (int round = 0; round < 300; round++) {
            List<Placed> placed = randomPlaced(random);
            String peer = peer(random);
            boolean catchingUp = random.nextBoolean();
            long truncatedUpTo = random.nextBoolean() ? number(random) : 0;
            Frame expected = Frame.newBuilder()
                    .setDeliver(Deliver.newBuilder()
                            .setConversation(Frames.with(peer))
                            .addAllPlaced(placed)
                            .setCatchingUp(catchingUp)
                            .setTruncatedUpTo(truncatedUpTo))
                    .build();

            ByteBuf encoded = FrameCodec.encodeDeliver(
                    ConversationName.peer(peer), encoded(placed), catchingUp, truncatedUpTo, framing, heap.alloc());

            assertThat(Received.body(encoded, framing, heap.alloc())).isEqualTo(expected.toByteArray());
        }
        heap.assertNothingHeld();
    }

    @ParameterizedTest
    @EnumSource(value = Framing.class, mode = EnumSource.Mode.EXCLUDE, names = "LINE")
    void aPageOfEncodedMessagesIsTheBytesOfTheEqualFrame(Framing framing) throws Exception {
        Random random = seeded();
        for (int round = 0; round < 300; round++) {
            List<Placed> placed = randomPlaced(random);
            String peer = peer(random);
            long ref = number(random);
            long head = number(random);
            long completeUpTo = number(random);
            boolean more = random.nextBoolean();
            boolean truncated = random.nextBoolean();
            long firstHeld = number(random);
            Frame expected = Frame.newBuilder()
                    .setRef(ref)
                    .setSyncPage(SyncPage.newBuilder()
                            .setConversation(Frames.with(peer))
                            .addAllPlaced(placed)
                            .setMore(more)
                            .setTruncated(truncated)
                            .setFirstHeld(firstHeld)
                            .setHead(head)
                            .setCompleteUpTo(completeUpTo))
                    .build();

            var page =
                    new Wire.PageHead(ref, ConversationName.peer(peer), more, truncated, firstHeld, head, completeUpTo);
            ByteBuf encoded = FrameCodec.encodeSyncPage(page, encoded(placed), framing, direct.alloc());

            assertThat(Received.body(encoded, framing, direct.alloc())).isEqualTo(expected.toByteArray());
        }
        direct.assertNothingHeld();
    }

    @Test
    void theOverheadBoundsEveryDeliverAndPage() throws Exception {
        for (int length : new int[] {0, 1, 100, 127, 128, 16_384, Limits.FRAME_BYTES - 200}) {
            List<byte[]> placed = List.of(new byte[length]);
            String peer = "p".repeat(64);
            int bound = FrameCodec.placedFieldSize(length) + FrameCodec.PLACED_OVERHEAD;

            ByteBuf deliver = FrameCodec.encodeDeliver(
                    ConversationName.peer(peer), placed, true, Long.MIN_VALUE, Framing.TCP, heap.alloc());
            long large = Long.MIN_VALUE;
            ByteBuf page = FrameCodec.encodeSyncPage(
                    new Wire.PageHead(large, ConversationName.peer(peer), true, true, large, large, large),
                    placed,
                    Framing.TCP,
                    heap.alloc());

            assertThat(Received.body(deliver, Framing.TCP, heap.alloc())).hasSizeLessThanOrEqualTo(bound);
            assertThat(Received.body(page, Framing.TCP, heap.alloc())).hasSizeLessThanOrEqualTo(bound);
        }
        heap.assertNothingHeld();
    }

    @Test
    void theSizeOfAPlacedFieldIsWhatItAddsToADeliver() {
        for (int length : new int[] {0, 1, 127, 128, 16_383, 16_384, 65_536}) {
            byte[] placed = new byte[length];
            for (int count = 1; count < 3; count++) {
                ByteBuf one = FrameCodec.encodeDeliver(
                        ConversationName.peer("b"),
                        Collections.nCopies(count, placed),
                        false,
                        0,
                        Framing.WEBSOCKET_CLIENT,
                        heap.alloc());
                // frame tag, inner length, conversation
                int inner = 5 + count * FrameCodec.placedFieldSize(length);
                int body = 1 + Varint.size(inner) + inner;
                assertThat(one.readableBytes()).isEqualTo(Framing.WEBSOCKET_CLIENT.headerSize(body) + body);
                one.release();
            }
        }
        heap.assertNothingHeld();
    }

    private static Random seeded() {
        long seed = System.nanoTime();
        System.out.println("FrameCodecTest seed=" + seed);
        return new Random(seed);
    }

    private static List<Placed> randomPlaced(Random random) {
        List<Placed> placed = new ArrayList<>();
        int count = random.nextInt(random.nextInt(10) == 0 ? 40 : 4);
        for (int i = 0; i < count; i++) {
            placed.add(Frames.placed(number(random), number(random), "x".repeat(random.nextInt(400))));
        }
        return placed;
    }

    private static List<byte[]> encoded(List<Placed> placed) {
        return placed.stream().map(Placed::toByteArray).toList();
    }

    private static String peer(Random random) {
        String[] peers = {"", "b", "bob", "p".repeat(64), "é世\ud83d\ude00", "x".repeat(200)};
        return peers[random.nextInt(peers.length)];
    }

    private static long number(Random random) {
        return random.nextLong() >> random.nextInt(64);
    }
}
