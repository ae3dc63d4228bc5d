package im.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedOutputStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class VarintTest {

    @Test
    void sizeAndBytesAreProtobufsAtEveryBit() throws Exception {
        for (int bit = 0; bit < 64; bit++) {
            for (long value : new long[] {1L << bit, (1L << bit) - 1, (1L << bit) + 1, -(1L << bit)}) {
                byte[] expected = new byte[CodedOutputStream.computeUInt64SizeNoTag(value)];
                CodedOutputStream.newInstance(expected).writeUInt64NoTag(value);

                assertThat(Varint.size(value)).as("%d", value).isEqualTo(expected.length);
                ByteBuf out = Unpooled.buffer(10);
                Varint.write(out, value);
                assertThat(Buffers.drain(out)).isEqualTo(expected);
                byte[] array = new byte[expected.length];
                assertThat(Varint.put(array, 0, value)).isEqualTo(expected.length);
                assertThat(array).isEqualTo(expected);
                assertThat(Varint.get(array, 0)).isEqualTo(value);
            }
        }
    }
}
