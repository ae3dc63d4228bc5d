package im.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import im.protocol.v1.Envelope;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.Placed;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PlacedCodecTest {
    private static final long[] NUMBERS = {
        0, 1, 127, 128, 16_383, 16_384, 1L << 35, (31L << 48) | 12_345, 1L << 53, Long.MAX_VALUE, -1, Long.MIN_VALUE
    };

    @Test
    void theBytesAreProtobufsOwnAndAreReadBack() {
        for (long position : NUMBERS) {
            for (long prev : NUMBERS) {
                for (int text : new int[] {0, 1, 100, 128, 16_384}) {
                    check(
                            position,
                            prev,
                            Frames.placed(position, prev, "x".repeat(text)).getEnvelope());
                }
                check(position, prev, Envelope.getDefaultInstance());
            }
        }
    }

    @Test
    void randomOnesToo() {
        long seed = System.nanoTime();
        System.out.println("PlacedCodecTest seed=" + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 10_000; i++) {
            Envelope envelope =
                    Frames.placed(0, 0, "x".repeat(random.nextInt(300))).getEnvelope();
            check(random.nextLong() >>> random.nextInt(64), random.nextLong() >>> random.nextInt(64), envelope);
        }
    }

    private static void check(long position, long prev, Envelope envelope) {
        Placed expected = Placed.newBuilder()
                .setPosition(position)
                .setPrev(prev)
                .setEnvelope(envelope)
                .build();

        byte[] placed = PlacedCodec.encode(position, prev, envelope.toByteArray());

        assertThat(placed).isEqualTo(expected.toByteArray());
        assertThat(PlacedCodec.position(placed)).isEqualTo(position);
        assertThat(PlacedCodec.prev(placed)).isEqualTo(prev);
    }

    @Test
    void anEnvelopeOfWhateverBytesIsCopiedAsItIs() {
        byte[] envelope = Frames.bytes(1_000, 7).toByteArray();

        byte[] placed = PlacedCodec.encode(5, 4, envelope);

        assertThat(placed).endsWith(envelope).hasSize(2 + 2 + 3 + 1_000);
    }

    @Test
    void aChangeOfMembershipIsToldFromOtherContent() {
        Envelope change = Envelope.newBuilder()
                .setSender("ann")
                .setMembership(MembershipChange.newBuilder().setTitle("x".repeat(200)))
                .build();
        Envelope text = Envelope.newBuilder().setSender("ann").setText("B\nB\n").build();

        assertThat(PlacedCodec.isMembership(PlacedCodec.encode(5, 4, change.toByteArray())))
                .isTrue();
        assertThat(PlacedCodec.isMembership(PlacedCodec.encode(5, 4, text.toByteArray())))
                .isFalse();
        assertThat(PlacedCodec.isMembership(PlacedCodec.encode(5, 0, new byte[0])))
                .isFalse();
    }

    @Test
    void theMessageIdIsFoundWithoutTheRest() {
        Envelope envelope = Envelope.newBuilder()
                .setMessageId("an id")
                .setSender("ann")
                .setText("x".repeat(200))
                .build();

        assertThat(PlacedCodec.messageId(PlacedCodec.encode(5, 4, envelope.toByteArray())))
                .isEqualTo("an id");
        assertThat(PlacedCodec.messageId(PlacedCodec.encode(
                        5, 4, envelope.toBuilder().clearMessageId().build().toByteArray())))
                .isEmpty();
        assertThat(PlacedCodec.messageId(PlacedCodec.encode(5, 0, new byte[0]))).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PlacedCodec.messageId(PlacedCodec.encode(5, 4, new byte[] {10, 9, 'x'})));
    }

    @Test
    void bytesThatEndInsideANumberAreRefused() {
        byte[] cut = {8, (byte) 0x80};

        assertThatIllegalArgumentException().isThrownBy(() -> PlacedCodec.position(cut));
        assertThatIllegalArgumentException().isThrownBy(() -> PlacedCodec.prev(cut));
        assertThatIllegalArgumentException().isThrownBy(() -> PlacedCodec.prev(new byte[] {8, 1, 16}));
        assertThat(PlacedCodec.position(new byte[0])).isZero();
    }
}
