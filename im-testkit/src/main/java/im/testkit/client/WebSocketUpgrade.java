package im.testkit.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The HTTP request that turns a socket into a WebSocket. */
final class WebSocketUpgrade {
    private static final String END = "\r\n\r\n";

    private WebSocketUpgrade() {}

    /** Leaves the stream at the first byte after the answer's headers; {@link IOException} unless it is a 101. */
    static void perform(Socket socket, URI url, String subprotocol) throws IOException {
        String request = "GET " + url.getRawPath() + " HTTP/1.1\r\n"
                + "Host: " + url.getHost() + ":" + url.getPort() + "\r\n"
                + "Connection: Upgrade\r\n"
                + "Upgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                + "Sec-WebSocket-Protocol: " + subprotocol + END;
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String answer = headers(socket.getInputStream());
        // A balancer may write names of headers in lower case.
        String named = "sec-websocket-protocol: " + subprotocol + "\r";
        if (!answer.startsWith("HTTP/1.1 101 ")
                || !answer.toLowerCase(Locale.ROOT).contains(named)) {
            throw new IOException("no WebSocket: " + answer);
        }
    }

    private static String headers(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) >= 0) {
            bytes.write(next);
            if (next == '\n' && bytes.toString(StandardCharsets.US_ASCII).endsWith(END)) {
                break;
            }
        }
        return bytes.toString(StandardCharsets.US_ASCII);
    }
}
