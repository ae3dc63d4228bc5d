package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.auth.AuthKey;
import im.gateway.auth.Hs256TokenVerifier;
import im.gateway.auth.TokenMinter;
import im.gateway.auth.TokenRules;
import im.gateway.auth.TokenVerifier.Verdict;
import im.gateway.edge.HttpPage.Answer;
import im.gateway.edge.HttpPage.Request;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DevTokenPageTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_800_000_000), ZoneOffset.UTC);
    private static final AuthKey KEY = AuthKey.of(new byte[32]);
    private static final TokenRules RULES =
            new TokenRules(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO);
    private static final String HOST = "127.0.0.1:8080";

    private final DevTokenPage page =
            new DevTokenPage(new TokenMinter(KEY, RULES, CLOCK), new OwnAddress("127.0.0.1", 8080));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "uid=al%40x&ttl=1h",
                "ttl=60m&uid=al%40x",
                "uid=al%40x\n",
                "{\"uid\":\"al@x\",\"ttl\":\"1h\"}",
                " {\"uid\":\"al@x\"} "
            })
    void aFormOrAnObjectGetsAToken(String body) throws UnknownHostException {
        Answer answer = ask("POST", HOST, null, "127.0.0.1", body);

        assertThat(answer.status()).isEqualTo(200);
        Verdict verdict = new Hs256TokenVerifier(KEY, RULES, CLOCK).verify(field(answer, "token"));
        assertThat(verdict).isEqualTo(new Verdict.Valid("al@x", 1_800_003_600_000L));
        assertThat(answer.headers()).containsEntry("Cache-Control", "no-store");
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8080, http://127.0.0.1:8080, 127.0.0.1",
        "localhost:8080, http://localhost:8080, 127.0.0.9",
        "LocalHost:8080, http://LOCALHOST:8080, ::1",
        "[::1]:8080, http://[::1]:8080, ::1",
    })
    void theServersOwnPageGetsAToken(String host, String origin, String peer) throws UnknownHostException {
        assertThat(ask("POST", host, origin, peer, "uid=a").status()).isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:8080, , 10.0.0.1",
        "127.0.0.1:8080, null, 127.0.0.1",
        "127.0.0.1:8080, http://evil.example, 127.0.0.1",
        "127.0.0.1:8080, http://127.0.0.1:8081, 127.0.0.1",
        "127.0.0.1:8080, http://127.0.0.1, 127.0.0.1",
        "127.0.0.1:8080, https://127.0.0.1:8080, 127.0.0.1",
        "127.0.0.1:8080, http://localhost:8080, 127.0.0.1",
        "evil.example:8080, http://evil.example:8080, 127.0.0.1",
        "127.0.0.1, , 127.0.0.1",
        "127.0.0.1:8081, , 127.0.0.1",
        "127.0.0.1.evil.example:8080, , 127.0.0.1",
        "'', , 127.0.0.1",
    })
    void anybodyElseIsRefused(String host, @Nullable String origin, String peer) throws UnknownHostException {
        Answer answer = ask("POST", host, origin, peer, "uid=a");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(new String(answer.body(), StandardCharsets.UTF_8)).doesNotContain("token\":");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "uid=|uid: ",
                "~~|uid: ",
                "uid|uid: ",
                "uid=a%20b|uid: ",
                "uid=%zz|URLDecoder",
                "uid=a&ttl=1|ttl: ",
                "uid=a&ttl=0s|ttl: ",
                "uid=a&ttl=400d|ttl: ",
                "{|not JSON",
                "{\"uid\":\"a\"} x|not JSON",
                "{\"uid\":{}}|uid: ",
                "[]|uid: ",
            })
    void abodyThatNamesNobodyIsRefused(String body, String text) throws UnknownHostException {
        Answer answer = ask("POST", HOST, null, "127.0.0.1", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(field(answer, "error")).startsWith(text);
    }

    @Test
    void anotherMethodIsRefused() throws UnknownHostException {
        Answer answer = ask("GET", HOST, null, "127.0.0.1", "");

        assertThat(answer.status()).isEqualTo(405);
        assertThat(answer.headers()).containsEntry("Allow", "POST");
    }

    private Answer ask(String method, String host, @Nullable String origin, String peer, String body)
            throws UnknownHostException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return page.answer(
                new Request(method, DevTokenPage.PATH, null, host, origin, InetAddress.getByName(peer), bytes));
    }

    private static String field(Answer answer, String name) {
        JsonNode json = JsonMapper.shared().readTree(answer.body());
        return json.path(name).asString();
    }
}
