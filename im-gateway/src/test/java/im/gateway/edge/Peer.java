package im.gateway.edge;

import im.protocol.codec.ProtocolException;
import im.protocol.json.JsonWire;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** The other end of a connection: a blocking socket that sends any bytes, and reads with a codec of its own. */
final class Peer implements AutoCloseable {
    static final Frame HELLO = Frame.newBuilder()
            .setRef(1)
            .setHello(Hello.newBuilder().setDevice("d"))
            .build();
    static final String UPGRADE =
            "GET /v1/ws HTTP/1.1\r\nHost: gateway\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                    + "Sec-WebSocket-Protocol: im.v1.proto\r\n\r\n";
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final boolean webSocket;
    private final DataInputStream in;
    private boolean rude;

    /** What was heard until the server's stream ended: frames of the protocol, and codes of WebSocket close frames. */
    record Ending(List<Frame> frames, List<Integer> closeFrames) {
        /** The code that a TCP peer sees, 0 for none; on WebSocket there is exactly one close frame, with the same. */
        int code() {
            List<Integer> codes = frames.stream()
                    .filter(Frame::hasClose)
                    .map(f -> f.getClose().getCode())
                    .toList();
            return codes.isEmpty() ? 0 : codes.get(codes.size() - 1);
        }
    }

    private Peer(InetSocketAddress address, boolean webSocket) {
        this.webSocket = webSocket;
        try {
            socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address, TIMEOUT_MILLIS);
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Peer tcp(InetSocketAddress address) {
        return new Peer(address, false);
    }

    static Peer webSocket(InetSocketAddress address) {
        return upgraded(address, UPGRADE);
    }

    /** A WebSocket of im.v1.json. */
    static Peer json(InetSocketAddress address) {
        return upgraded(address, UPGRADE.replace("im.v1.proto", "im.v1.json"));
    }

    private static Peer upgraded(InetSocketAddress address, String request) {
        Peer peer = new Peer(address, true);
        peer.sendText(request);
        String head = peer.readHead();
        if (!head.startsWith("HTTP/1.1 101 ")) {
            throw new AssertionError(head);
        }
        return peer;
    }

    /** A WebSocket peer that has sent nothing yet. */
    static Peer unread(InetSocketAddress address) {
        return new Peer(address, true);
    }

    /** From now on a close frame is not answered. */
    Peer rude() {
        rude = true;
        return this;
    }

    boolean isWebSocket() {
        return webSocket;
    }

    /** False once the server has reset the connection. */
    boolean sendBytes(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (SocketException e) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sendText(String text) {
        sendBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(Frame frame) {
        sendBody(frame.toByteArray());
    }

    /** A frame's body, framed as the transport wants it. */
    void sendBody(byte[] body) {
        sendBytes(framed(body));
    }

    byte[] framed(byte[] body) {
        if (webSocket) {
            return webSocketFrame(0x82, true, body);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rest = body.length;
        while (rest >= 0x80) {
            out.write(rest | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
        out.writeBytes(body);
        return out.toByteArray();
    }

    /** @param first final bit, reserved bits and opcode */
    static byte[] webSocketFrame(int first, boolean masked, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(first);
        int mask = masked ? 0x80 : 0;
        if (payload.length <= 125) {
            out.write(mask | payload.length);
        } else if (payload.length <= 0xffff) {
            out.write(mask | 126);
            writeNumber(out, payload.length, 2);
        } else {
            out.write(mask | 127);
            writeNumber(out, payload.length, 8);
        }
        byte[] key = new byte[4];
        if (masked) {
            new Random(payload.length).nextBytes(key);
            out.writeBytes(key);
        }
        for (int i = 0; i < payload.length; i++) {
            out.write(payload[i] ^ key[i & 3]);
        }
        return out.toByteArray();
    }

    private static void writeNumber(ByteArrayOutputStream out, long value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.write((int) (value >>> shift));
        }
    }

    void endOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An HTTP head with its empty line. */
    String readHead() {
        StringBuilder head = new StringBuilder();
        try {
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(head.toString(), e);
        }
        return head.toString();
    }

    /** All bytes until the server's stream ends. */
    byte[] readBytes() {
        try {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The next frame; control frames of the WebSocket are not expected. */
    Frame read() {
        try {
            Ending one = new Ending(new ArrayList<>(), new ArrayList<>());
            if (!readInto(one) || one.frames().isEmpty()) {
                throw new EOFException("no frame: " + one);
            }
            return one.frames().get(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The payload of the next WebSocket frame, with its first byte before it. */
    byte[] readWebSocketFrame() {
        try {
            byte first = in.readByte();
            byte[] payload = in.readNBytes(webSocketLength());
            byte[] all = new byte[payload.length + 1];
            all[0] = first;
            System.arraycopy(payload, 0, all, 1, payload.length);
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything that comes until the server's stream ends. */
    Ending readToEnd() {
        Ending ending = new Ending(new ArrayList<>(), new ArrayList<>());
        try {
            while (readInto(ending)) {}
            return ending;
        } catch (IOException e) {
            throw new UncheckedIOException(ending.toString(), e);
        }
    }

    private boolean readInto(Ending ending) throws IOException {
        if (!webSocket) {
            byte[] body = readTcp();
            return body != null && ending.frames().add(Frame.parseFrom(body));
        }
        int first = in.read();
        if (first < 0) {
            return false;
        }
        byte[] payload = in.readNBytes(webSocketLength());
        if (first == 0x82) {
            ending.frames().add(Frame.parseFrom(payload));
        } else if (first == 0x81) {
            ending.frames().add(parsed(payload));
        } else if (first == 0x88) {
            ending.closeFrames().add(payload.length == 0 ? 1005 : ((payload[0] & 0xff) << 8) | (payload[1] & 0xff));
            if (!rude) {
                sendBytes(webSocketFrame(0x88, true, payload));
            }
        }
        return true;
    }

    private static Frame parsed(byte[] text) {
        try {
            return JsonWire.CLIENT.parse(Unpooled.wrappedBuffer(text));
        } catch (ProtocolException e) {
            throw new AssertionError(new String(text, StandardCharsets.UTF_8), e);
        }
    }

    private byte @Nullable [] readTcp() throws IOException {
        int length = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            length |= (next & 0x7f) << shift;
            if (next < 0x80) {
                return in.readNBytes(length);
            }
        }
    }

    private int webSocketLength() throws IOException {
        int length = in.readUnsignedByte();
        if (length == 126) {
            return in.readUnsignedShort();
        }
        return length == 127 ? (int) in.readLong() : length;
    }

    int available() {
        try {
            return in.available();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void skip(int bytes) {
        try {
            in.skipNBytes(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends without a farewell, also of TCP's. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
