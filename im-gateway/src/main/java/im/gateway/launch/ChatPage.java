package im.gateway.launch;

import im.gateway.edge.HttpPage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One file of the chat page, read from the jar once. The page lets anybody be anybody, so it exists in dev mode only and
 * answers only what {@link OwnAddress} takes for this machine and this server. What a browser may do with it is said in
 * headers: load from here alone, run no script but these files, stand in nobody's frame and be read by no other page.
 */
final class ChatPage implements HttpPage {
    private static final String HTML = "text/html; charset=utf-8";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";
    private static final String ICON = "image/svg+xml";

    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self' ws://%s; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private final OwnAddress address;
    private final String contentType;
    private final byte[] content;

    private ChatPage(OwnAddress address, String contentType, byte[] content) {
        this.address = address;
        this.contentType = contentType;
        this.content = content;
    }

    /** The files by path; {@code /} is the page itself. */
    static Map<String, HttpPage> all(OwnAddress address) {
        Map<String, HttpPage> pages = new LinkedHashMap<>();
        pages.put("/", new ChatPage(address, HTML, read("index.html")));
        pages.put("/chat.css", new ChatPage(address, STYLE, read("chat.css")));
        pages.put("/chat.js", new ChatPage(address, SCRIPT, read("chat.js")));
        pages.put("/conversations.js", new ChatPage(address, SCRIPT, read("conversations.js")));
        pages.put("/groups.js", new ChatPage(address, SCRIPT, read("groups.js")));
        pages.put("/group-dialogs.js", new ChatPage(address, SCRIPT, read("group-dialogs.js")));
        pages.put("/names.js", new ChatPage(address, SCRIPT, read("names.js")));
        pages.put("/thread.js", new ChatPage(address, SCRIPT, read("thread.js")));
        pages.put("/im-client.js", new ChatPage(address, SCRIPT, read("im-client.js")));
        pages.put("/outbox.js", new ChatPage(address, SCRIPT, read("outbox.js")));
        pages.put("/poll.js", new ChatPage(address, SCRIPT, read("poll.js")));
        pages.put("/presence.js", new ChatPage(address, SCRIPT, read("presence.js")));
        pages.put("/icon.svg", new ChatPage(address, ICON, read("icon.svg")));
        return pages;
    }

    private static byte[] read(String file) {
        try (InputStream in = ChatPage.class.getResourceAsStream("/chat/" + file)) {
            if (in == null) {
                throw new IllegalStateException("not in the jar: chat/" + file);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Answer answer(Request request) {
        if (!request.method().equals("GET")) {
            return refusal(405, "GET expected", Map.of("Allow", "GET"));
        }
        if (!address.isMeantBy(request)) {
            return refusal(403, "only for this machine, under the server's own address", Map.of());
        }
        return new Answer(
                200,
                contentType,
                content,
                Map.of(
                        // Its Host is one of a few fixed names: it was compared with them.
                        "Content-Security-Policy", POLICY.formatted(request.host()),
                        "Cross-Origin-Resource-Policy", "same-origin",
                        "Cross-Origin-Opener-Policy", "same-origin",
                        "Referrer-Policy", "no-referrer",
                        "X-Frame-Options", "DENY",
                        // Asked for anew each time, so that a page never mixes the files of two builds.
                        "Cache-Control", "no-cache"));
    }

    private static Answer refusal(int status, String text, Map<String, String> headers) {
        byte[] body = (text + "\n").getBytes(StandardCharsets.UTF_8);
        return new Answer(status, "text/plain; charset=utf-8", body, headers);
    }
}
