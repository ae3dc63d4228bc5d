package im.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An app's own server: keeps the events that it is sent, and decides about messages by their text: {@code refuse}, {@code
 * rewrite}, or {@code silence}, to which it never answers.
 */
final class HookReceiver implements AutoCloseable {
    private record Event(String node, JsonNode json) {}

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;

    HookReceiver() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/hooks", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hooks";
    }

    private void answer(HttpExchange exchange) throws IOException {
        JsonNode body = JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes());
        String node = body.get("node").asString();
        body.get("events").forEach(event -> events.add(new Event(node, event)));
        JsonNode first = body.get("events").get(0);
        String text = first.get("event").asString().equals("before-send")
                ? first.get("message").get("text").asString()
                : "";
        String verdict = switch (text) {
            case "refuse" -> "{\"action\":\"refuse\",\"text\":\"not here\"}";
            case "rewrite" -> "{\"action\":\"rewrite\",\"content_type\":\"\",\"text\":\"rewritten\"}";
            default -> "{\"action\":\"allow\"}";
        };
        if (text.equals("silence")) {
            return;
        }
        byte[] bytes = verdict.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Stream<Event> of(String name) {
        return events.stream()
                .filter(event -> event.json.get("event").asString().equals(name));
    }

    private List<String> about(String name, String uid, Function<Event, String> what) {
        return of(name).filter(event -> event.json.path("uid").asString("").equals(uid))
                .map(what)
                .toList();
    }

    /** That field of the events about a uid, in the order of their coming. */
    List<String> of(String name, String field, String uid) {
        return about(name, uid, event -> event.json.get(field).asString());
    }

    /** Who told of them. */
    List<String> nodes(String name, String uid) {
        return about(name, uid, Event::node);
    }

    /** Of the messages that a uid sent. */
    List<String> texts(String name, String sender) {
        return of(name).map(event -> event.json.get("message"))
                .filter(message -> message.get("from").asString().equals(sender))
                .map(message -> message.get("text").asString())
                .toList();
    }

    /** Takes no connections any more. */
    void stop() {
        server.stop(0);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
