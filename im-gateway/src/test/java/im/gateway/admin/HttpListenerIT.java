package im.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.admin.HttpListener.Bounds;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What somebody with a socket can do to a port that speaks HTTP. */
class HttpListenerIT {
    private static final int MOST = 4;

    private final HttpListener listener = HttpListener.start(
                    "127.0.0.1",
                    0,
                    vertx -> {
                        Router router = Router.router(vertx);
                        HttpListener.readable(router, "/").handler(context -> context.end("here\n"));
                        return router;
                    },
                    new Bounds(MOST, Duration.ofSeconds(4)))
            .toCompletableFuture()
            .join();

    private final List<Socket> sockets = new ArrayList<>();

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        socket.setSoTimeout(60_000);
        sockets.add(socket);
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String answer(Socket socket) throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    @AfterEach
    void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        listener.close().toCompletableFuture().join();
    }

    @Test
    void aRequestThatNeverEndsIsClosedWhateverItSays() throws Exception {
        Socket slow = connect();
        say(slow, "GET / HTTP/1.1\r\nHost: h\r\nX: ");

        assertThat(answer(slow)).isEmpty();
    }

    @Test
    void aFloodOfConnectionsLeavesRoomAsSoonAsItsOwnHaveEnded() throws Exception {
        List<Socket> flood = new ArrayList<>();
        for (int i = 0; i < MOST; i++) {
            flood.add(connect());
        }
        assertThat(answer(connect())).as("one too many").isEmpty();
        for (Socket each : flood) {
            assertThat(answer(each)).isEmpty();
        }

        Socket later = connect();
        say(later, "GET / HTTP/1.0\r\nHost: h\r\n\r\n");

        assertThat(answer(later)).endsWith("here\n");
    }
}
