package im.servers;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Single commands to a Redis or a Sentinel, over a connection of their own each. Blocks for a bounded time. */
public final class RedisConsole {
    private static final int PATIENCE_MILLIS = 20_000;

    private interface Answer {
        String read(InputStream in) throws IOException;
    }

    private RedisConsole() {}

    /**
     * The answer as text, a list with its entries on lines of their own.
     *
     * @param command without quotes: words with spaces between
     * @throws UncheckedIOException when there is no answer, or an error
     */
    public static String ask(Address server, String command) {
        try {
            return send(server, command, PATIENCE_MILLIS, RedisConsole::read);
        } catch (IOException e) {
            throw new UncheckedIOException(command + ": " + e.getMessage(), e);
        }
    }

    /** The answer's first line as it is on the wire, an error too. */
    static String firstLine(Address server, String command, int patienceMillis) throws IOException {
        return send(server, command, patienceMillis, RedisConsole::line);
    }

    private static String send(Address server, String command, int patienceMillis, Answer answer) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(server.host(), server.port()), patienceMillis);
            socket.setSoTimeout(patienceMillis);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            return answer.read(new BufferedInputStream(socket.getInputStream()));
        }
    }

    private static String read(InputStream in) throws IOException {
        String line = line(in);
        return switch (line.isEmpty() ? ' ' : line.charAt(0)) {
            case '+', ':' -> line.substring(1);
            case '$' -> bulk(in, Integer.parseInt(line.substring(1)));
            case '*' -> list(in, Integer.parseInt(line.substring(1)));
            default -> throw new IOException(line);
        };
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\r'; next = in.read()) {
            if (next < 0) {
                throw new IOException("the connection ended");
            }
            line.append((char) next);
        }
        int unused = in.read();
        return line.toString();
    }

    private static String bulk(InputStream in, int length) throws IOException {
        if (length < 0) {
            return "";
        }
        String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        in.skipNBytes(2);
        return text;
    }

    private static String list(InputStream in, int length) throws IOException {
        List<String> entries = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            entries.add(read(in));
        }
        return String.join("\n", entries);
    }
}
