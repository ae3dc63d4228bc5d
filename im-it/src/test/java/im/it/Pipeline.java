package im.it;

import static im.testkit.Patience.PATIENCE;

import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Asks the server API with one key without waiting for answers: a client costs the machine next to nothing, so that the
 * server is asked as fast as it answers.
 */
record Pipeline(URI api, String key) {
    private static final String BEGIN = "HTTP/1.1 ";

    /** The same, so many times on one connection; the answers from their status on. */
    List<String> get(String path, int times) throws IOException {
        String head = "GET " + path + " HTTP/1.1\r\nHost: api\r\nAuthorization: Bearer " + key + "\r\n";
        String all = (head + "\r\n").repeat(times - 1) + head + "Connection: close\r\n\r\n";
        try (Socket socket = new Socket(api.getHost(), api.getPort())) {
            socket.setSoTimeout((int) PATIENCE.toMillis());
            socket.getOutputStream().write(all.getBytes(StandardCharsets.US_ASCII));
            String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return List.of(answers.substring(BEGIN.length()).split(BEGIN));
        }
    }
}
