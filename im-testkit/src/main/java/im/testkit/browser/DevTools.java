package im.testkit.browser;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The connection to a browser: commands with their answers, and events by the session they belong to. Any thread. */
final class DevTools implements WebSocket.Listener, AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final AtomicLong lastId = new AtomicLong();
    private final Map<Long, CompletableFuture<JsonNode>> asked = new ConcurrentHashMap<>();
    private final Map<String, BiConsumer<String, JsonNode>> listeners = new ConcurrentHashMap<>();
    private final StringBuilder partial = new StringBuilder();
    private @Nullable WebSocket socket;

    static DevTools connect(URI address) {
        DevTools tools = new DevTools();
        tools.socket = HttpClient.newHttpClient()
                .newWebSocketBuilder()
                .buildAsync(address, tools)
                .orTimeout(ANSWER.toSeconds(), TimeUnit.SECONDS)
                .join();
        return tools;
    }

    /** Names and values in turn. */
    static ObjectNode params(Object... namesAndValues) {
        ObjectNode params = JSON.createObjectNode();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            params.set((String) namesAndValues[i], JSON.valueToTree(namesAndValues[i + 1]));
        }
        return params;
    }

    /**
     * Its result.
     *
     * @param session of a page; null for the browser itself
     * @throws IllegalStateException when it is refused, or not answered in time
     */
    JsonNode call(@Nullable String session, String method, ObjectNode params) {
        long id = lastId.incrementAndGet();
        ObjectNode command =
                JSON.createObjectNode().put("id", id).put("method", method).set("params", params);
        if (session != null) {
            command.put("sessionId", session);
        }
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        asked.put(id, answer);
        send(command.toString());
        try {
            JsonNode message = answer.get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
            if (message.has("error")) {
                throw new IllegalStateException(method + ": " + message.path("error"));
            }
            return message.path("result");
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(method + " was not answered", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } finally {
            asked.remove(id);
        }
    }

    /** One at a time, because a socket takes the next text only after the one before. */
    private synchronized void send(String text) {
        WebSocket open = socket;
        if (open == null) {
            throw new IllegalStateException("not connected");
        }
        open.sendText(text, true)
                .orTimeout(ANSWER.toSeconds(), TimeUnit.SECONDS)
                .join();
    }

    /** Events of a session, as method and parameters, on the socket's thread. */
    void listen(String session, BiConsumer<String, JsonNode> listener) {
        listeners.put(session, listener);
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            JsonNode message = JSON.readTree(partial.toString());
            partial.setLength(0);
            receive(message);
        }
        from.request(1);
        return null;
    }

    private void receive(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer = asked.get(message.path("id").asLong());
            if (answer != null) {
                answer.complete(message);
            }
            return;
        }
        BiConsumer<String, JsonNode> listener =
                listeners.get(message.path("sessionId").asString(""));
        if (listener != null) {
            listener.accept(message.path("method").asString(), message.path("params"));
        }
    }

    @Override
    public void onError(WebSocket from, Throwable error) {
        asked.values().forEach(answer -> answer.completeExceptionally(error));
    }

    @Override
    public void close() {
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }
}
