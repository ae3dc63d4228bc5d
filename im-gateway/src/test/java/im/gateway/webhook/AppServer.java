package im.gateway.webhook;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The app's own server: keeps every request, and answers as the test says. */
final class AppServer implements AutoCloseable {
    /** One request, as it came. */
    record Request(String event, String timestamp, String signature, byte[] body) {
        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    /** What a request is answered with. */
    interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    final List<Request> requests = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile Answer answer = status(204);

    AppServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/hooks", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        requests.add(new Request(
                exchange.getRequestHeaders().getFirst("Im-Event"),
                exchange.getRequestHeaders().getFirst("Im-Timestamp"),
                exchange.getRequestHeaders().getFirst("Im-Signature"),
                exchange.getRequestBody().readAllBytes()));
        answer.to(exchange);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hooks");
    }

    void answers(Answer next) {
        answer = next;
    }

    static Answer status(int status) {
        return exchange -> {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        };
    }

    static Answer json(String body) {
        return exchange -> {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        };
    }

    /** Says 200 and writes until it is cut off. */
    static Answer endless() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                byte[] chunk = new byte[8_192];
                while (true) {
                    out.write(chunk);
                }
            } catch (IOException e) {
                exchange.close();
            }
        };
    }

    /** Says 200 and then nothing more; the connection stays. */
    static Answer headersOnly() {
        return exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().flush();
        };
    }

    static Answer redirect(URI to) {
        return exchange -> {
            exchange.getResponseHeaders().add("Location", to.toString());
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
        };
    }

    /** Takes the request and says nothing. */
    static Answer silence() {
        return exchange -> {};
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
