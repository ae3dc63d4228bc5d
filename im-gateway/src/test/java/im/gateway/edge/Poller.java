package im.gateway.edge;

import im.protocol.codec.ProtocolException;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A blocking socket that asks over HTTP and reads one answer after the other. */
final class Poller implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final DataInputStream in;

    /** Header names in lower case. */
    record Answer(int status, Map<String, String> headers, byte[] body, PollFormat format) {
        String session() {
            return headers.getOrDefault("im-session", "");
        }

        long number() {
            return Long.parseLong(headers.getOrDefault("im-answer", "-1"));
        }

        long taken() {
            return Long.parseLong(headers.getOrDefault("im-request", "-1"));
        }

        List<Frame> frames() {
            List<Frame> frames = new ArrayList<>();
            ByteBuf rest = Unpooled.wrappedBuffer(body);
            try {
                ByteBuf next;
                while ((next = format.next(rest, Integer.MAX_VALUE)) != null) {
                    frames.add(format.wire.parse(next));
                }
            } catch (ProtocolException e) {
                throw new AssertionError(new String(body, StandardCharsets.UTF_8), e);
            }
            return frames;
        }

        /** The code of the Close frame that is the last; 0 where there is none. */
        int closeCode() {
            List<Frame> frames = frames();
            return frames.isEmpty()
                    ? 0
                    : frames.get(frames.size() - 1).getClose().getCode();
        }
    }

    Poller(InetSocketAddress address) {
        this(address, 0);
    }

    /** @param receiveBytes that the kernel keeps; 0 for as many as it likes */
    Poller(InetSocketAddress address, int receiveBytes) {
        try {
            socket = new Socket();
            if (receiveBytes > 0) {
                socket.setReceiveBufferSize(receiveBytes);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(address, TIMEOUT_MILLIS);
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] body(PollFormat format, Frame... frames) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (Frame frame : frames) {
            ByteBuf bytes = format.wire.encode(frame, UnpooledByteBufAllocator.DEFAULT);
            body.writeBytes(ByteBufUtil.getBytes(bytes));
            bytes.release();
        }
        return body.toByteArray();
    }

    void send(String text) {
        send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String head(PollFormat format, Map<String, Object> headers, int length) {
        Map<String, Object> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        all.put("Host", "gateway");
        all.put("Content-Type", format.contentType);
        all.put("Content-Length", length);
        all.putAll(headers);
        return "POST /v1/poll HTTP/1.1\r\n"
                + all.entrySet().stream()
                        .map(header -> header.getKey() + ": " + header.getValue() + "\r\n")
                        .collect(Collectors.joining())
                + "\r\n";
    }

    void post(PollFormat format, Map<String, Object> headers, byte[] body) {
        send(head(format, headers, body.length));
        send(body);
    }

    Answer ask(PollFormat format, Map<String, Object> headers, byte[] body) {
        post(format, headers, body);
        return read(format);
    }

    /** The next answer; {@link EOFException} within where the server has ended the socket. */
    Answer read(PollFormat format) {
        try {
            String status = line();
            Map<String, String> headers = new TreeMap<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                int colon = line.indexOf(':');
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
            int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
            return new Answer(Integer.parseInt(status.substring(9, 12)), headers, in.readNBytes(length), format);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException(line.toString());
            }
            line.append((char) next);
        }
        return line.toString().trim();
    }

    /** Whether there is something to read. */
    boolean hasAnswer() {
        try {
            return in.available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Bytes that come until the server ends the socket. */
    int rest() {
        int bytes = 0;
        try {
            while (in.read() >= 0) {
                bytes++;
            }
        } catch (IOException e) {
            return bytes;
        }
        return bytes;
    }

    /** Whether the server ends the socket, with nothing more to say. */
    boolean isEnded() {
        try {
            return in.read() < 0;
        } catch (IOException e) {
            return true;
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
