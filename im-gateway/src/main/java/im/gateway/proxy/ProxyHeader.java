package im.gateway.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a balancer says before anything else: where the connection it passes on comes from. Version 1 is a line of text,
 * version 2 is binary. Everything is bounded and nothing is looked up.
 *
 * @param source the client; null where the balancer speaks for itself, as with its health checks, or does not know
 */
public record ProxyHeader(@Nullable InetSocketAddress source) {
    /** Of version 1, its line end among them. */
    public static final int MAX_LINE_BYTES = 107;
    /** Of version 2, behind its first 16 bytes: addresses and whatever else the balancer tells. */
    public static final int MAX_BODY_BYTES = 2_048;

    private static final byte[] V1 = "PROXY ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] V2 = {0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A};
    private static final int V2_FIXED_BYTES = 16;
    private static final ProxyHeader OF_ITSELF = new ProxyHeader(null);

    /** Whether bytes begin a header. */
    public enum Beginning {
        NO,
        /** Too few to tell. */
        PERHAPS,
        YES
    }

    /** Looks at what is readable and consumes nothing. */
    public static Beginning beginning(ByteBuf in) {
        Beginning first = startsWith(in, V1);
        return first == Beginning.NO ? startsWith(in, V2) : first;
    }

    private static Beginning startsWith(ByteBuf in, byte[] prefix) {
        int there = Math.min(in.readableBytes(), prefix.length);
        for (int i = 0; i < there; i++) {
            if (in.getByte(in.readerIndex() + i) != prefix[i]) {
                return Beginning.NO;
            }
        }
        return there == prefix.length ? Beginning.YES : Beginning.PERHAPS;
    }

    /**
     * Consumes a header if it is there completely.
     *
     * @return null when more bytes are needed; never so beyond the bounds above
     */
    public static @Nullable ProxyHeader tryDecode(ByteBuf in) throws MalformedProxyHeader {
        return switch (beginning(in)) {
            case NO -> throw new MalformedProxyHeader("no PROXY header");
            case PERHAPS -> null;
            case YES -> in.getByte(in.readerIndex()) == V1[0] ? tryLine(in) : tryBinary(in);
        };
    }

    private static @Nullable ProxyHeader tryLine(ByteBuf in) throws MalformedProxyHeader {
        int there = Math.min(in.readableBytes(), MAX_LINE_BYTES);
        int end = in.indexOf(in.readerIndex(), in.readerIndex() + there, (byte) '\n');
        if (end < 0) {
            if (there == MAX_LINE_BYTES) {
                throw new MalformedProxyHeader("the line is longer than " + MAX_LINE_BYTES + " bytes");
            }
            return null;
        }
        String line = in.readCharSequence(end + 1 - in.readerIndex(), StandardCharsets.ISO_8859_1)
                .toString();
        if (!line.endsWith("\r\n")) {
            throw new MalformedProxyHeader("the line does not end in CR LF");
        }
        return line(line.substring(V1.length, line.length() - 2));
    }

    private static ProxyHeader line(String text) throws MalformedProxyHeader {
        if (text.equals("UNKNOWN") || text.startsWith("UNKNOWN ")) {
            return OF_ITSELF;
        }
        String[] words = text.split(" ", -1);
        if (words.length != 5) {
            throw new MalformedProxyHeader("expected family, two addresses and two ports");
        }
        InetAddress source = address(words[0], words[1]);
        address(words[0], words[2]);
        port(words[4]);
        return new ProxyHeader(new InetSocketAddress(source, port(words[3])));
    }

    private static InetAddress address(String family, String text) throws MalformedProxyHeader {
        boolean valid = switch (family) {
            case "TCP4" -> NetUtil.isValidIpV4Address(text);
            case "TCP6" -> NetUtil.isValidIpV6Address(text) && text.indexOf('%') < 0 && text.indexOf('[') < 0;
            default -> throw new MalformedProxyHeader("neither TCP4, TCP6 nor UNKNOWN");
        };
        byte[] bytes = valid ? NetUtil.createByteArrayFromIpAddressString(text) : null;
        if (bytes == null) {
            throw new MalformedProxyHeader("not an address of its family");
        }
        return inet(bytes);
    }

    private static int port(String text) throws MalformedProxyHeader {
        boolean digits = !text.isEmpty() && text.length() <= 5 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        int port = digits ? Integer.parseInt(text) : -1;
        if (port < 0 || port > 65_535 || (text.length() > 1 && text.startsWith("0"))) {
            throw new MalformedProxyHeader("not a port");
        }
        return port;
    }

    private static @Nullable ProxyHeader tryBinary(ByteBuf in) throws MalformedProxyHeader {
        if (in.readableBytes() < V2_FIXED_BYTES) {
            return null;
        }
        int start = in.readerIndex();
        int command = in.getUnsignedByte(start + 12);
        int family = in.getUnsignedByte(start + 13);
        int length = in.getUnsignedShort(start + 14);
        if (command != 0x20 && command != 0x21) {
            throw new MalformedProxyHeader("neither LOCAL nor PROXY of version 2");
        }
        int addresses = command == 0x20 ? 0 : addressBytes(family);
        if (length > MAX_BODY_BYTES || length < addresses) {
            throw new MalformedProxyHeader("length " + length + ", expected " + addresses + " to " + MAX_BODY_BYTES);
        }
        if (in.readableBytes() < V2_FIXED_BYTES + length) {
            return null;
        }
        in.skipBytes(V2_FIXED_BYTES);
        ByteBuf body = in.readSlice(length);
        ProxyHeader header = command == 0x20 ? OF_ITSELF : binary(body, family);
        if (command == 0x21) {
            checkExtensions(body.skipBytes(addresses - body.readerIndex()));
        }
        return header;
    }

    /** Of source and destination; 0 where there are none. */
    private static int addressBytes(int family) throws MalformedProxyHeader {
        return switch (family) {
            case 0x00 -> 0;
            case 0x11 -> 2 * (4 + 2);
            case 0x21 -> 2 * (16 + 2);
            default -> throw new MalformedProxyHeader("neither TCP over IPv4, TCP over IPv6 nor unspecified");
        };
    }

    private static ProxyHeader binary(ByteBuf body, int family) {
        if (family == 0x00) {
            return OF_ITSELF;
        }
        byte[] source = new byte[family == 0x11 ? 4 : 16];
        body.readBytes(source);
        body.skipBytes(source.length);
        return new ProxyHeader(new InetSocketAddress(inet(source), body.readUnsignedShort()));
    }

    /** Type, length, value, as often as there are any; their lengths must fill the header exactly. */
    private static void checkExtensions(ByteBuf rest) throws MalformedProxyHeader {
        while (rest.isReadable()) {
            if (rest.readableBytes() < 3 || rest.readableBytes() < 3 + rest.getUnsignedShort(rest.readerIndex() + 1)) {
                throw new MalformedProxyHeader("an extension is longer than the header");
            }
            rest.skipBytes(3 + rest.getUnsignedShort(rest.readerIndex() + 1));
        }
    }

    private static InetAddress inet(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("neither 4 nor 16 bytes", e);
        }
    }
}
