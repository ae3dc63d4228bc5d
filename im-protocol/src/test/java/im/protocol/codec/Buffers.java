package im.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.AbstractByteBufAllocator;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.stream.Stream;

/** An unpooled allocator of one kind of memory only, which knows what it has out. */
final class Buffers extends AbstractByteBufAllocator {
    private final UnpooledByteBufAllocator counting = new UnpooledByteBufAllocator(false);
    private final boolean direct;

    private Buffers(boolean direct) {
        super(direct);
        this.direct = direct;
    }

    static Stream<Buffers> both() {
        return Stream.of(heap(), direct());
    }

    static Buffers heap() {
        return new Buffers(false);
    }

    static Buffers direct() {
        return new Buffers(true);
    }

    ByteBufAllocator alloc() {
        return this;
    }

    @Override
    public ByteBuf ioBuffer(int initialCapacity, int maxCapacity) {
        return buffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newHeapBuffer(int initialCapacity, int maxCapacity) {
        return counting.heapBuffer(initialCapacity, maxCapacity);
    }

    @Override
    protected ByteBuf newDirectBuffer(int initialCapacity, int maxCapacity) {
        return counting.directBuffer(initialCapacity, maxCapacity);
    }

    @Override
    public boolean isDirectBufferPooled() {
        return false;
    }

    ByteBuf of(byte[] bytes) {
        return buffer(bytes.length).writeBytes(bytes);
    }

    /** The bytes of a buffer, which is released and must have been the only reference. */
    static byte[] drain(ByteBuf buffer) {
        assertThat(buffer.refCnt()).isEqualTo(1);
        byte[] bytes = ByteBufUtil.getBytes(buffer);
        buffer.release();
        return bytes;
    }

    void assertNothingHeld() {
        assertThat(counting.metric().usedHeapMemory())
                .as("heap bytes not released")
                .isZero();
        assertThat(counting.metric().usedDirectMemory())
                .as("direct bytes not released")
                .isZero();
    }

    @Override
    public String toString() {
        return direct ? "direct" : "heap";
    }
}
