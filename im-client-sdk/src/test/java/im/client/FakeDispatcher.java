package im.client;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A dispatcher on a real loopback socket that answers what a test tells it to, and remembers what it was asked. */
final class FakeDispatcher implements AutoCloseable {
    final BlockingQueue<String> queries = new LinkedBlockingQueue<>();

    private record Answer(int status, String retryAfter, String body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Answer answer = new Answer(503, "", "");
    private volatile boolean hangs;

    FakeDispatcher() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/endpoint", exchange -> {
            queries.add(String.valueOf(exchange.getRequestURI().getQuery()));
            awaitIfHanging();
            Answer now = answer;
            byte[] bytes = now.body().getBytes(StandardCharsets.UTF_8);
            if (!now.retryAfter().isEmpty()) {
                exchange.getResponseHeaders().set("Retry-After", now.retryAfter());
            }
            exchange.sendResponseHeaders(now.status(), bytes.length == 0 ? -1 : bytes.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(bytes);
            }
        });
        server.start();
    }

    private void awaitIfHanging() throws IOException {
        if (hangs) {
            try {
                closed.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/endpoint");
    }

    void names(URI... gateways) {
        String endpoints = Stream.of(gateways)
                .map(uri -> "{\"node\":\"g\",\"" + uri.getScheme() + "\":\"" + uri + "\"}")
                .collect(Collectors.joining(","));
        says(200, "{\"endpoints\":[" + endpoints + "]}");
    }

    void says(int status, String body) {
        answer = new Answer(status, "", body);
    }

    void refuses(int status, int retryAfterSeconds) {
        answer = new Answer(status, Integer.toString(retryAfterSeconds), "{}");
    }

    void hangs() {
        hangs = true;
    }

    /** What it was asked until now. */
    List<String> asked() {
        return List.copyOf(queries);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
