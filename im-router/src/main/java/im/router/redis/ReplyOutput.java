package im.router.redis;

import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gathers any answer: null, Long, byte[] or a list of these. Event loop only, until the command is complete. */
final class ReplyOutput extends CommandOutput<byte[], byte[], @Nullable Object> {
    /** The lists that are not full yet, innermost first, and how many more each takes. */
    private final ArrayDeque<Open> open = new ArrayDeque<>(2);

    private @Nullable Object reply;

    private static final class Open {
        final List<@Nullable Object> list;
        int missing;

        Open(List<@Nullable Object> list, int missing) {
            this.list = list;
            this.missing = missing;
        }
    }

    @SuppressWarnings("NullAway") // Lettuce's own outputs start with null too.
    ReplyOutput(RedisCodec<byte[], byte[]> codec) {
        super(codec, null);
    }

    @Override
    public @Nullable Object get() {
        return reply;
    }

    @Override
    public void set(@Nullable ByteBuffer bytes) {
        add(bytes == null ? null : codec.decodeValue(bytes));
    }

    @Override
    public void setSingle(@Nullable ByteBuffer bytes) {
        set(bytes);
    }

    @Override
    public void setBigNumber(@Nullable ByteBuffer bytes) {
        set(bytes);
    }

    @Override
    public void set(long integer) {
        add(integer);
    }

    @Override
    public void set(double number) {
        add(Double.toString(number).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    @Override
    public void set(boolean flag) {
        add(flag ? 1L : null);
    }

    @Override
    public void multi(int count) {
        if (count < 0) {
            add(null);
            return;
        }
        List<@Nullable Object> list = new ArrayList<>(Math.min(count, 4_096));
        add(list);
        if (count > 0) {
            open.push(new Open(list, count));
        }
    }

    private void add(@Nullable Object value) {
        Open innermost = open.peek();
        if (innermost == null) {
            reply = value;
            return;
        }
        innermost.list.add(value);
        if (--innermost.missing == 0) {
            open.pop();
        }
    }
}
