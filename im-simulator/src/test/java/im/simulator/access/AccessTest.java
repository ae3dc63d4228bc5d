package im.simulator.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jsonwebtoken.Claims;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AccessTest {
    private static final String KEY = "0123456789abcdef0123456789abcdef";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path data;

    private Access access(@Nullable String url, @Nullable Path key, @Nullable Path tokens) {
        return new Access(url == null ? null : EndpointUrl.parse(url), data, key, tokens);
    }

    @ParameterizedTest
    @CsvSource({
        "ws://h:1, ws://h:1/v1/ws",
        "ws://h:1/, ws://h:1/v1/ws",
        "ws://h:1/other, ws://h:1/other",
        "tcp://127.0.0.1:9000, tcp://127.0.0.1:9000",
        "tcp://[::1]:9000, tcp://[::1]:9000",
        "http://h:1, http://h:1/v1/endpoint",
        "https://h/, https://h/v1/endpoint",
        "http://h:1?transport=tcp, http://h:1/v1/endpoint?transport=tcp",
        "http://h:1/mine, http://h:1/mine"
    })
    void aUrlNamesSchemeHostAndPort(String url, String endpoint) {
        assertThat(access(url, null, null).gateways().urls()).containsExactly(URI.create(endpoint));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ftp://h:1",
                "ws://h",
                "tcp://h:1/path",
                "h:1",
                "ws:",
                "tcp://:9000",
                "",
                "ws://h:1,",
                ",",
                "ws://h:1,x",
                "http://h:1,ws://h:2",
                "http://h:1,http://h:2",
                "http:///x"
            })
    void anythingElseIsRefused(String url) {
        assertThatThrownBy(() -> EndpointUrl.parse(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void severalAddressesHaveCommasBetween() {
        assertThat(access("ws://a:1,tcp://b:2", null, null).gateways().urls())
                .containsExactly(URI.create("ws://a:1/v1/ws"), URI.create("tcp://b:2"));
        assertThat(access("ws://a:1,tcp://b:2", null, null).gateways().speakJson())
                .isFalse();
        assertThat(access("ws://a:1,ws://b:2", null, null).gateways().speakJson())
                .isTrue();
    }

    @Test
    void withoutAUrlTheServersWebSocketAddressIsTaken() throws IOException {
        Files.writeString(data.resolve("endpoints.json"), """
                {"http": "http://127.0.0.1:8080", "ws": "ws://127.0.0.1:8080/v1/ws", "pid": 12}
                """);

        assertThat(access(null, null, null).gateways().urls()).containsExactly(URI.create("ws://127.0.0.1:8080/v1/ws"));
    }

    @Test
    void aFolderWithoutAddressesIsToldByName() {
        assertThatThrownBy(() -> access(null, null, null).gateways())
                .isInstanceOf(AccessException.class)
                .hasMessageContaining(data.resolve("endpoints.json") + " does not exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "[]", "{\"ws\": 1}", "{\"ws\": \"http://h:1\"}"})
    void brokenAddressesAreToldByFile(String text) throws IOException {
        Path file = Files.writeString(data.resolve("endpoints.json"), text);

        assertThatThrownBy(() -> access(null, null, null).gateways())
                .isInstanceOf(AccessException.class)
                .hasMessageContaining(file.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {KEY, KEY + "\n", KEY + "\r\n", KEY + KEY})
    void tokensAreMintedWithTheFilesKey(String text) throws IOException {
        Files.writeString(data.resolve("dev.key"), text);

        String token = access(null, null, null).tokens(Duration.ofHours(1)).tokenOf("alice");

        Claims claims = Jwts.parser()
                .verifyWith(Keys.hmacShaKeyFor(text.strip().getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .build()
                .parseSignedClaims(token)
                .getPayload();
        assertThat(claims.getSubject()).isEqualTo("alice");
        assertThat(claims.getExpiration().toInstant())
                .isBetween(Instant.now().plusSeconds(3_500), Instant.now().plusSeconds(3_601));
        assertThat(token).startsWith("eyJhbGciOiJIUzI1NiJ9.");
    }

    @Test
    void aShortKeyIsToldByFileAndLength() throws IOException {
        Path key = Files.writeString(data.resolve("k"), "short\n");

        assertThatThrownBy(() -> access(null, key, null).tokens(Duration.ofHours(1)))
                .isInstanceOf(AccessException.class)
                .hasMessage(key + ": 5 bytes, expected an HS256 key of at least 32");
    }

    @Test
    void listedTokensAreFoundByTheirSubject() throws IOException {
        Path key = Files.writeString(data.resolve("k"), KEY);
        Tokens minted = access(null, key, null).tokens(Duration.ofHours(1));
        String bob = minted.tokenOf("bob");
        Path list = Files.writeString(data.resolve("t"), "# two\n" + bob + "\n\n" + minted.tokenOf("al") + "\r\n");

        Tokens tokens = access(null, null, list).tokens(Duration.ofHours(1));

        assertThat(tokens.uids()).containsExactly("bob", "al");
        assertThat(tokens.tokenOf("bob")).isEqualTo(bob);
        assertThatThrownBy(() -> tokens.tokenOf("eve"))
                .isInstanceOf(AccessException.class)
                .hasMessage(list + ": no token whose sub is eve");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "a.b", "a.!!.c", "a.bm9qc29u.c", "a.e30.c"})
    void aLineThatIsNoTokenIsToldByItsNumberAndNotShown(String line) throws IOException {
        Path list = Files.writeString(data.resolve("t"), "\n" + line + "\n");

        assertThatThrownBy(() -> access(null, null, list).tokens(Duration.ofHours(1)))
                .isInstanceOf(AccessException.class)
                .hasMessageStartingWith(list + " line 2: not a token");
    }
}
