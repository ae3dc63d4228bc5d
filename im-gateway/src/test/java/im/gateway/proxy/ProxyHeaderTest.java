package im.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.gateway.proxy.ProxyHeader.Beginning;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Headers as the PROXY protocol's specification has them, and what only looks like one. */
class ProxyHeaderTest {
    private static final byte[] SIGNATURE = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a");
    private static final String IPV4 = "c0000207" + "0a000001" + "c34f" + "1f90";
    private static final String IPV6 =
            "20010db8000000000000000000000001" + "00000000000000000000000000000001" + "c34f" + "1f90";

    private static byte[] binary(int command, int family, int length, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(SIGNATURE);
        out.write(command);
        out.write(family);
        out.write(length >> 8);
        out.write(length);
        out.writeBytes(body);
        return out.toByteArray();
    }

    private static byte[] binary(int command, int family, String body) {
        byte[] bytes = HexFormat.of().parseHex(body);
        return binary(command, family, bytes.length, bytes);
    }

    private static byte[] text(String line) {
        return line.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static @Nullable ProxyHeader decode(byte[] bytes) throws MalformedProxyHeader {
        return ProxyHeader.tryDecode(Unpooled.wrappedBuffer(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "PROXY TCP4 192.0.2.7 10.0.0.1 49999 8080, 192.0.2.7, 49999",
        "PROXY TCP4 255.255.255.255 0.0.0.0 0 65535, 255.255.255.255, 0",
        "PROXY TCP6 2001:db8::1 ::1 65535 1, 2001:db8::1, 65535",
    })
    void aLineNamesTheClient(String line, String address, int port) throws Exception {
        ByteBuf in = Unpooled.wrappedBuffer(text(line + "\r\nGET /"));

        ProxyHeader header = ProxyHeader.tryDecode(in);

        assertThat(header).isNotNull();
        assertThat(header.source()).isNotNull();
        assertThat(header.source().getAddress()).isEqualTo(InetAddress.getByName(address));
        assertThat(header.source().getPort()).isEqualTo(port);
        assertThat(in.toString(StandardCharsets.US_ASCII)).isEqualTo("GET /");
    }

    @ParameterizedTest
    @CsvSource({
        "33, 17, " + IPV4 + ", 192.0.2.7",
        "33, 33, " + IPV6 + ", 2001:db8::1",
        "33, 17, " + IPV4 + "030001ff, 192.0.2.7"
    })
    void binaryNamesTheClient(int command, int family, String body, String address) throws Exception {
        ByteBuf in = Unpooled.wrappedBuffer(binary(command, family, body), new byte[] {7});

        ProxyHeader header = ProxyHeader.tryDecode(in);

        assertThat(header).isNotNull();
        assertThat(header.source()).isNotNull();
        assertThat(header.source().getAddress()).isEqualTo(InetAddress.getByName(address));
        assertThat(header.source().getPort()).isEqualTo(49_999);
        assertThat(in.readableBytes()).isEqualTo(1);
    }

    @Test
    void aBalancerThatSpeaksForItselfNamesNobody() throws Exception {
        for (byte[] header : new byte[][] {
            text("PROXY UNKNOWN\r\n"),
            text("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n"),
            binary(0x20, 0x00, ""),
            binary(0x20, 0x11, IPV4),
            binary(0x20, 0x77, "010203"),
            binary(0x21, 0x00, ""),
        }) {
            assertThat(decode(header)).isEqualTo(new ProxyHeader(null));
        }
    }

    @Test
    void everyBeginningOfAHeaderWaitsForMore() throws Exception {
        for (byte[] whole : new byte[][] {text("PROXY TCP4 1.2.3.4 5.6.7.8 9 10\r\n"), binary(0x21, 0x21, IPV6)}) {
            for (int length = 0; length < whole.length; length++) {
                ByteBuf in = Unpooled.wrappedBuffer(whole, 0, length);

                assertThat(ProxyHeader.tryDecode(in)).isNull();
                assertThat(in.readableBytes()).isEqualTo(length);
            }
            assertThat(decode(whole)).isNotNull();
        }
    }

    @Test
    void aLineOf107BytesIsTakenAndOneOf108IsNot() throws Exception {
        String longest = "PROXY UNKNOWN " + "f".repeat(107 - 16) + "\r\n";
        assertThat(longest).hasSize(ProxyHeader.MAX_LINE_BYTES);

        assertThat(decode(text(longest))).isNotNull();
        assertThat(decode(text(longest.substring(0, 106)))).isNull();
        assertThatThrownBy(() -> decode(text(longest.replace("\r\n", "f\r\n"))))
                .isInstanceOf(MalformedProxyHeader.class)
                .hasMessageContaining("longer than 107");
    }

    @Test
    void aBodyUpToTheBoundIsTakenAndOneMoreIsRefusedBeforeItIsThere() throws Exception {
        int most = ProxyHeader.MAX_BODY_BYTES;
        assertThat(decode(binary(0x20, 0x00, most, new byte[most]))).isNotNull();
        assertThat(decode(binary(0x20, 0x00, most, new byte[most - 1]))).isNull();
        assertThatThrownBy(() -> decode(binary(0x20, 0x00, most + 1, new byte[0])))
                .isInstanceOf(MalformedProxyHeader.class);
        assertThatThrownBy(() -> decode(binary(0x21, 0x11, 0xffff, new byte[0])))
                .isInstanceOf(MalformedProxyHeader.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 9\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 9 10 11\r\n",
                "PROXY TCP4 1.2.3.4  5.6.7.8 9 10\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 9 65536\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 -1 10\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 09 10\r\n",
                "PROXY TCP4 1.2.3 5.6.7.8 9 10\r\n",
                "PROXY TCP4 1.2.3.256 5.6.7.8 9 10\r\n",
                "PROXY TCP4 localhost 5.6.7.8 9 10\r\n",
                "PROXY TCP4 ::1 ::1 9 10\r\n",
                "PROXY TCP6 1.2.3.4 5.6.7.8 9 10\r\n",
                "PROXY TCP6 [::1] ::1 9 10\r\n",
                "PROXY TCP6 fe80::1%eth0 ::1 9 10\r\n",
                "PROXY UDP4 1.2.3.4 5.6.7.8 9 10\r\n",
                "PROXY \r\n",
                "PROXY UNKNOWNX\r\n",
                "PROXY TCP4 1.2.3.4 5.6.7.8 9 10\n",
                "proxy UNKNOWN\r\n"
            })
    void anotherLineIsRefused(String line) {
        assertThatThrownBy(() -> decode(text(line))).isInstanceOf(MalformedProxyHeader.class);
    }

    @ParameterizedTest
    @CsvSource({
        "16, 17, " + IPV4, // version 1 in binary
        "34, 17, " + IPV4, // a command that does not exist
        "33, 18, " + IPV4, // datagrams
        "33, 49, " + IPV4, // a path of the file system
        "33, 17, c000020700000000c34f1f", // one byte less than its addresses
        "33, 33, " + IPV4,
        "33, 17, " + IPV4 + "0300", // an extension without its length
        "33, 17, " + IPV4 + "030002ff", // one that is longer than the rest
    })
    void anotherBinaryIsRefused(int command, int family, String body) {
        assertThatThrownBy(() -> decode(binary(command, family, body))).isInstanceOf(MalformedProxyHeader.class);
    }

    @Test
    void whetherBytesBeginAHeaderIsSeenAtTheFirstThatDoesNot() {
        assertThat(ProxyHeader.beginning(Unpooled.EMPTY_BUFFER)).isEqualTo(Beginning.PERHAPS);
        assertThat(ProxyHeader.beginning(Unpooled.wrappedBuffer(text("PROX")))).isEqualTo(Beginning.PERHAPS);
        assertThat(ProxyHeader.beginning(Unpooled.wrappedBuffer(text("PROXY "))))
                .isEqualTo(Beginning.YES);
        assertThat(ProxyHeader.beginning(Unpooled.wrappedBuffer(text("POST")))).isEqualTo(Beginning.NO);
        assertThat(ProxyHeader.beginning(Unpooled.wrappedBuffer(SIGNATURE))).isEqualTo(Beginning.YES);
        assertThat(ProxyHeader.beginning(Unpooled.wrappedBuffer(SIGNATURE, 0, 11)))
                .isEqualTo(Beginning.PERHAPS);
        assertThat(ProxyHeader.beginning(Unpooled.wrappedBuffer(text("\r\n\r\nGET"))))
                .isEqualTo(Beginning.NO);
    }
}
