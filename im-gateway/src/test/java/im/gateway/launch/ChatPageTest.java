package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.edge.HttpPage;
import im.gateway.edge.HttpPage.Answer;
import im.gateway.edge.HttpPage.Request;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatPageTest {
    private static final String HOST = "127.0.0.1:8080";
    private static final Map<String, HttpPage> PAGES = ChatPage.all(new OwnAddress("127.0.0.1", 8080));

    private static Answer ask(String method, String path, String host, @Nullable String origin, String peer)
            throws UnknownHostException {
        HttpPage page = Objects.requireNonNull(PAGES.get(path), path);
        return page.answer(new Request(method, path, null, host, origin, InetAddress.getByName(peer), new byte[0]));
    }

    private static String text(String path) throws UnknownHostException {
        return new String(ask("GET", path, HOST, null, "127.0.0.1").body(), StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource({
        "/, text/html; charset=utf-8",
        "/chat.css, text/css; charset=utf-8",
        "/chat.js, text/javascript; charset=utf-8",
        "/conversations.js, text/javascript; charset=utf-8",
        "/groups.js, text/javascript; charset=utf-8",
        "/group-dialogs.js, text/javascript; charset=utf-8",
        "/names.js, text/javascript; charset=utf-8",
        "/thread.js, text/javascript; charset=utf-8",
        "/im-client.js, text/javascript; charset=utf-8",
        "/outbox.js, text/javascript; charset=utf-8",
        "/poll.js, text/javascript; charset=utf-8",
        "/presence.js, text/javascript; charset=utf-8",
        "/icon.svg, image/svg+xml",
    })
    void eachFileIsServedAsWhatItIsAndMayDoNothingBeyondItsServer(String path, String contentType)
            throws UnknownHostException {
        Answer answer = ask("GET", path, HOST, null, "127.0.0.1");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.contentType()).isEqualTo(contentType);
        assertThat(answer.body()).isNotEmpty();
        assertThat(answer.headers())
                .containsEntry(
                        "Content-Security-Policy",
                        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
                                + "connect-src 'self' ws://127.0.0.1:8080; base-uri 'none'; form-action 'none'; "
                                + "frame-ancestors 'none'; require-trusted-types-for 'script'")
                .containsEntry("Cross-Origin-Resource-Policy", "same-origin")
                .containsEntry("X-Frame-Options", "DENY")
                .containsEntry("Cache-Control", "no-cache");
    }

    @Test
    void whatTheFilesNameIsServedAndNothingElseIs() throws UnknownHostException {
        Pattern named = Pattern.compile("(?:href|src)=\"(/[^\"]+)\"|from '\\.(/[^']+)'");
        Set<String> found = new TreeSet<>(Set.of("/"));
        for (String path : PAGES.keySet()) {
            named.matcher(text(path))
                    .results()
                    .forEach(match -> found.add(match.group(1) == null ? match.group(2) : match.group(1)));
        }

        assertThat(found).containsExactlyElementsOf(new TreeSet<>(PAGES.keySet()));
    }

    @Test
    void noFileNamesAnotherHostOrWritesMarkup() throws UnknownHostException {
        for (String path : PAGES.keySet()) {
            assertThat(text(path).replace("http://www.w3.org/2000/svg", ""))
                    .as(path)
                    .doesNotContainPattern("https?://\\w")
                    .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write");
        }
        assertThat(text("/")).doesNotContainPattern("<script(?![^>]* src=)|\\son\\w+=|style=");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8080, , 10.0.0.1",
        "127.0.0.1:8080, http://evil.example, 127.0.0.1",
        "127.0.0.1:8080, null, 127.0.0.1",
        "evil.example:8080, http://evil.example:8080, 127.0.0.1",
        "evil.example:8080, , 127.0.0.1",
    })
    void anybodyElseIsRefused(String host, @Nullable String origin, String peer) throws UnknownHostException {
        for (String path : PAGES.keySet()) {
            Answer answer = ask("GET", path, host, origin, peer);

            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.body()).hasSizeLessThan(100);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "HEAD", "OPTIONS"})
    void anotherMethodIsRefused(String method) throws UnknownHostException {
        Answer answer = ask(method, "/", HOST, null, "127.0.0.1");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.headers()).containsEntry("Allow", "GET");
    }
}
