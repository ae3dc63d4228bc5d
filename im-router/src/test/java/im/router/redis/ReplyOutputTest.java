package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.codec.ByteArrayCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ReplyOutputTest {
    private final ReplyOutput output = new ReplyOutput(ByteArrayCodec.INSTANCE);

    @Test
    void aNumberIsANumberAndItsTextToo() {
        output.set(42);

        assertThat(reply().number()).isEqualTo(42);
        ReplyOutput text = new ReplyOutput(ByteArrayCodec.INSTANCE);
        text.set(ascii("43"));
        assertThat(new Reply(text.get()).number()).isEqualTo(43);
    }

    @Test
    void nothingIsNull() {
        output.set((ByteBuffer) null);

        assertThat(reply().isNull()).isTrue();
        assertThat(reply().size()).isZero();
    }

    @Test
    void listsStandInListsWhereTheyCame() {
        output.multi(4);
        output.multi(2);
        output.set(1);
        output.multi(0);
        output.set((ByteBuffer) null);
        output.set(ascii("x"));
        output.multi(1);
        output.set(ascii("last"));

        Reply reply = reply();
        assertThat(reply.size()).isEqualTo(4);
        assertThat(reply.at(0).size()).isEqualTo(2);
        assertThat(reply.at(0).number(0)).isEqualTo(1);
        assertThat(reply.at(0).at(1).isList()).isTrue();
        assertThat(reply.at(0).at(1).size()).isZero();
        assertThat(reply.isNull(1)).isTrue();
        assertThat(reply.text(2)).isEqualTo("x");
        assertThat(reply.at(3).text(0)).isEqualTo("last");
    }

    @Test
    void aReplyOfAnotherFormIsAnError() {
        output.set(ascii("x"));

        assertThatThrownBy(() -> reply().number()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> reply().size()).isInstanceOf(IllegalStateException.class);
    }

    private Reply reply() {
        return new Reply(output.get());
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
