package im.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import im.protocol.codec.BinaryWire;
import im.protocol.v1.CaughtUp;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A gateway for long polling on a real loopback socket that takes frames, or refuses them as a test tells it to. */
final class FakePolls implements AutoCloseable {
    /** A request that carried frames of a session. */
    record Told(String session, String request, long nanos) {}

    /** A refusal of such a request. */
    record Refusal(int status, Optional<String> retryAfter) {}

    private final BlockingQueue<Told> told = new LinkedBlockingQueue<>();
    private final AtomicInteger sessions = new AtomicInteger();
    private final Queue<Refusal> refusals = new ConcurrentLinkedQueue<>();
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);

    FakePolls() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/v1/poll", this::answer);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/poll");
    }

    /** Refuses the next requests with frames of a session, this one after those before. */
    void refuse(int status, Optional<String> retryAfter) {
        refusals.add(new Refusal(status, retryAfter));
    }

    /** The next request with frames of a session, taken or not. */
    Told next() throws InterruptedException {
        Told next = told.poll(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("a request with frames").isNotNull();
        return Objects.requireNonNull(next);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String session = exchange.getRequestHeaders().getFirst("Im-Session");
        String request = exchange.getRequestHeaders().getFirst("Im-Request");
        try {
            if (session == null) {
                welcome(exchange);
            } else if (request == null) {
                closed.await();
            } else {
                told.add(new Told(session, request, System.nanoTime()));
                takeOrRefuse(exchange, request);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            exchange.close();
        }
    }

    private void welcome(HttpExchange exchange) throws IOException {
        String session = "session-" + sessions.incrementAndGet();
        exchange.getResponseHeaders().set("Im-Session", session);
        exchange.getResponseHeaders().set("Im-Request", "1");
        exchange.getResponseHeaders().set("Im-Answer", "1");
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream body = exchange.getResponseBody()) {
            body.write(bytes(Frame.newBuilder().setWelcome(FakePeer.welcome())));
            body.write(bytes(Frame.newBuilder().setCaughtUp(CaughtUp.getDefaultInstance())));
        }
    }

    private void takeOrRefuse(HttpExchange exchange, String request) throws IOException {
        Refusal refusal = refusals.poll();
        if (refusal == null) {
            exchange.getResponseHeaders().set("Im-Request", request);
            exchange.sendResponseHeaders(204, -1);
        } else {
            refusal.retryAfter()
                    .ifPresent(seconds -> exchange.getResponseHeaders().set("Retry-After", seconds));
            exchange.sendResponseHeaders(refusal.status(), -1);
        }
    }

    private static byte[] bytes(Frame.Builder frame) {
        ByteBuf bytes = BinaryWire.TCP.encode(frame.build(), UnpooledByteBufAllocator.DEFAULT);
        try {
            return ByteBufUtil.getBytes(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
