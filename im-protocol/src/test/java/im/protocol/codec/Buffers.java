package im.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.stream.Stream;

/** An unpooled allocator that knows what it has out, in both forms of memory that the codecs treat differently. */
final class Buffers {
    final UnpooledByteBufAllocator alloc;
    private final String name;

    private Buffers(boolean direct) {
        this.alloc = new UnpooledByteBufAllocator(direct);
        this.name = direct ? "direct" : "heap";
    }

    static Stream<Buffers> both() {
        return Stream.of(heap(), direct());
    }

    static Buffers heap() {
        // ioBuffer() asks for direct memory where it can be freed by hand, whatever the allocator prefers.
        return new Buffers(false);
    }

    static Buffers direct() {
        return new Buffers(true);
    }

    ByteBufAllocator alloc() {
        return alloc;
    }

    ByteBuf of(byte[] bytes) {
        return alloc.buffer(bytes.length).writeBytes(bytes);
    }

    /** The bytes of a buffer, which is released and must have been the only reference. */
    static byte[] drain(ByteBuf buffer) {
        assertThat(buffer.refCnt()).isEqualTo(1);
        byte[] bytes = ByteBufUtil.getBytes(buffer);
        buffer.release();
        return bytes;
    }

    void assertNothingHeld() {
        assertThat(alloc.metric().usedHeapMemory())
                .as("heap bytes not released")
                .isZero();
        assertThat(alloc.metric().usedDirectMemory())
                .as("direct bytes not released")
                .isZero();
    }

    @Override
    public String toString() {
        return name;
    }
}
