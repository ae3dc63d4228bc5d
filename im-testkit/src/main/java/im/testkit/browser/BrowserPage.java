package im.testkit.browser;

import static im.testkit.browser.DevTools.params;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One page. Input goes through the browser, as a hand's does. What the page says in its console, and whom it asks for
 * anything, is kept.
 */
public final class BrowserPage implements AutoCloseable {
    private final DevTools tools;
    private final String target;
    private final String session;
    private final List<String> errors = new CopyOnWriteArrayList<>();
    private final Set<String> hosts = ConcurrentHashMap.newKeySet();
    private final AtomicInteger sockets = new AtomicInteger();

    private BrowserPage(DevTools tools, String target, String session) {
        this.tools = tools;
        this.target = target;
        this.session = session;
    }

    static BrowserPage open(DevTools tools, String context) {
        ObjectNode blank = params("url", "about:blank", "newWindow", true, "browserContextId", context);
        String target =
                tools.call(null, "Target.createTarget", blank).path("targetId").asString();
        String session = tools.call(null, "Target.attachToTarget", params("targetId", target, "flatten", true))
                .path("sessionId")
                .asString();
        BrowserPage page = new BrowserPage(tools, target, session);
        tools.listen(session, page::hear);
        for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
            page.call(domain + ".enable");
        }
        page.call("Emulation.setFocusEmulationEnabled", "enabled", true);
        page.call("Emulation.setLocaleOverride", "locale", "en_GB");
        return page;
    }

    private void hear(String method, JsonNode params) {
        switch (method) {
            case "Runtime.exceptionThrown" ->
                errors.add("exception " + params.path("exceptionDetails").path("exception"));
            case "Runtime.consoleAPICalled" -> {
                if (params.path("type").asString().equals("error")) {
                    errors.add("console " + params.path("args"));
                }
            }
            case "Log.entryAdded" -> {
                JsonNode entry = params.path("entry");
                if (entry.path("level").asString().equals("error")) {
                    errors.add(entry.path("source").asString() + " "
                            + entry.path("text").asString() + " "
                            + entry.path("url").asString(""));
                }
            }
            case "Network.requestWillBeSent" ->
                host(params.path("request").path("url").asString());
            case "Network.webSocketCreated" -> {
                host(params.path("url").asString());
                sockets.incrementAndGet();
            }
            default -> {}
        }
    }

    private void host(String url) {
        URI uri = URI.create(url.split("[?#]", 2)[0]);
        hosts.add(uri.getAuthority() == null ? uri.getScheme() + ":" : uri.getAuthority());
    }

    private JsonNode call(String method, Object... namesAndValues) {
        return tools.call(session, method, params(namesAndValues));
    }

    /** Returns before the page is there. */
    public void navigate(String url) {
        call("Page.navigate", "url", url);
    }

    /** Returns before the page is there again. */
    public void reload() {
        call("Page.reload");
    }

    /**
     * The value of a JavaScript expression, awaited if it is a promise: a string, number, Boolean, list or map, or null.
     *
     * @throws IllegalStateException when it throws, or the page goes away meanwhile
     */
    public @Nullable Object evaluate(String expression) {
        return JsonMapper.shared().treeToValue(value(expression), Object.class);
    }

    private JsonNode value(String expression) {
        JsonNode result =
                call("Runtime.evaluate", "expression", expression, "returnByValue", true, "awaitPromise", true);
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(
                    expression + ": " + result.path("exceptionDetails").path("exception"));
        }
        return result.path("result").path("value");
    }

    /** The text of each element that a CSS selector finds and that is in view, without what surrounds it. */
    public List<String> texts(String selector) {
        JsonNode texts = value("[...document.querySelectorAll(%s)]"
                .formatted(quoted(selector))
                .concat(".filter(e => e.checkVisibility()).map(e => e.innerText.trim())"));
        return texts.valueStream().map(JsonNode::asString).toList();
    }

    /** How many elements a CSS selector finds that are in view. */
    public int count(String selector) {
        return texts(selector).size();
    }

    /** Clicks the middle of the first element that is found. */
    public void click(String selector) {
        JsonNode at = value("(({x, y, width, height}) => [x + width / 2, y + height / 2])(document.querySelector(%s)"
                .formatted(quoted(selector))
                .concat(".getBoundingClientRect())"));
        for (String type : List.of("mousePressed", "mouseReleased")) {
            call(
                    "Input.dispatchMouseEvent",
                    "type",
                    type,
                    "x",
                    at.path(0).asDouble(),
                    "y",
                    at.path(1).asDouble(),
                    "button",
                    "left",
                    "clickCount",
                    1);
        }
    }

    /** Puts text where the cursor is, in the element that is found. */
    public void type(String selector, String text) {
        value("document.querySelector(%s).focus()".formatted(quoted(selector)));
        call("Input.insertText", "text", text);
    }

    /** Presses Enter where the focus is. */
    public void pressEnter() {
        for (String type : List.of("keyDown", "keyUp")) {
            call(
                    "Input.dispatchKeyEvent",
                    "type",
                    type,
                    "key",
                    "Enter",
                    "code",
                    "Enter",
                    "windowsVirtualKeyCode",
                    13,
                    "text",
                    type.equals("keyDown") ? "\r" : "");
        }
    }

    /** The size of what is seen, in CSS pixels; a phone's has two dots to a pixel and a touch screen. */
    public void viewport(int width, int height, boolean phone) {
        call(
                "Emulation.setDeviceMetricsOverride",
                "width",
                width,
                "height",
                height,
                "deviceScaleFactor",
                phone ? 2 : 1,
                "mobile",
                phone);
    }

    /** {@code light} or {@code dark}, as the user would have chosen it. */
    public void colorScheme(String scheme) {
        ObjectNode feature = params("name", "prefers-color-scheme", "value", scheme);
        call("Emulation.setEmulatedMedia", "features", List.of(feature));
    }

    /** What is loaded from now on may ask any host, whatever its policy says. */
    public void bypassPolicy() {
        call("Page.setBypassCSP", "enabled", true);
    }

    /** Writes what is seen as a PNG. */
    public void screenshot(Path file) {
        String data =
                call("Page.captureScreenshot", "format", "png").path("data").asString();
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, Base64.getDecoder().decode(data));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Exceptions, and errors in the console, each with where it came from: {@code network} when nobody answered. */
    public List<String> errors() {
        return List.copyOf(errors);
    }

    /** The hosts and ports that the page asked for anything. */
    public Set<String> hosts() {
        return Set.copyOf(hosts);
    }

    /** How many WebSockets it has opened so far. */
    public int sockets() {
        return sockets.get();
    }

    @Override
    public void close() {
        tools.call(null, "Target.closeTarget", params("targetId", target));
    }

    private static String quoted(String text) {
        return JsonMapper.shared().writeValueAsString(text);
    }

    @Override
    public String toString() {
        return "page " + target;
    }
}
