package im.router.redis;

import static org.assertj.core.api.Assertions.assertThat;

import im.router.TlsFiles;
import im.router.redis.Redis.Call;
import im.router.redis.RedisConfig.Kind;
import im.servers.Certificates;
import im.servers.FreePorts;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that speaks TLS, asks for our certificate, and wants a user and a password. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class RedisTlsIT {
    @TempDir
    static Path folder;

    private static Certificates files;
    private static RedisServer server;
    private static RedisConfig config;

    @BeforeAll
    static void start() {
        files = Certificates.make(folder);
        int port = FreePorts.next();
        server = RedisServer.start(
                folder,
                ServerOptions.defaults()
                        .set("tls-port", Integer.toString(port))
                        .set("tls-cert-file", quoted(files.server()))
                        .set("tls-key-file", quoted(files.serverKey()))
                        .set("tls-ca-cert-file", quoted(files.authority()))
                        .set("tls-auth-clients", "yes")
                        .set("user", "im on >right ~* &* +@all"));
        RedisConfig usual = RedisConfig.of(Kind.SINGLE, List.of(URI.create("rediss://127.0.0.1:" + port)), "");
        config = usual.withCredentials(Optional.of("im"), Optional.of("right"))
                .withLimits(usual.connectTimeout(), Duration.ofSeconds(10), usual.maxInFlight(), usual.breaker());
    }

    private static String quoted(Path file) {
        return "\"" + file + "\"";
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static TlsFiles tls(Path authority) {
        return new TlsFiles(Optional.of(authority), Optional.of(files.client()), Optional.of(files.clientKey()));
    }

    private static String startOf(RedisConfig tried) {
        try {
            Redis.connect(tried, new SimpleMeterRegistry()).close();
            return "";
        } catch (RedisStartException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void itIsSpokenToWithItsAuthorityOurCertificateUserAndPassword() throws Exception {
        try (Redis redis = Redis.connect(config.withTlsFiles(tls(files.authority())), new SimpleMeterRegistry())) {
            Reply who = TestRedis.await(redis.call(Call.of("ACL", "WHOAMI".getBytes(StandardCharsets.US_ASCII))));
            assertThat(new String(who.bytes(), StandardCharsets.US_ASCII)).isEqualTo("im");
        }
    }

    @Test
    void anAuthorityThatDoesNotVouchForItIsSaid() {
        assertThat(startOf(config.withTlsFiles(tls(files.otherAuthority()))))
                .contains("redis.uris: 127.0.0.1:")
                .contains("cannot be reached")
                .contains("redis.ca-file must vouch for the server's certificate");
        assertThat(startOf(config)).contains("redis.ca-file must vouch for the server's certificate");
    }

    @Test
    void whereNobodyListensNothingIsSaidOfCertificates() {
        URI nobody = URI.create("rediss://127.0.0.1:" + FreePorts.next());
        assertThat(startOf(RedisConfig.of(Kind.SINGLE, List.of(nobody), "")))
                .contains("cannot be reached")
                .doesNotContain("ca-file");
    }

    @Test
    void aWrongPasswordIsSaidAndNotPrinted() {
        assertThat(startOf(config.withTlsFiles(tls(files.authority()))
                        .withCredentials(Optional.of("im"), Optional.of("guessed"))))
                .startsWith("redis.username, redis.password: the server at 127.0.0.1:")
                .doesNotContain("guessed");
    }

    @Test
    void aClientWithoutACertificateIsNotLetIn() {
        TlsFiles bare = new TlsFiles(Optional.of(files.authority()), Optional.empty(), Optional.empty());
        assertThat(startOf(config.withTlsFiles(bare))).contains("redis.uris: 127.0.0.1:");
    }

    @Test
    void aFileThatIsNoneIsNamed() throws Exception {
        Path text = Files.writeString(folder.resolve("text.pem"), "no certificate");
        assertThat(startOf(config.withTlsFiles(tls(text))))
                .startsWith("redis.ca-file is \"" + text + "\", expected certificates in PEM");
        assertThat(startOf(config.withTlsFiles(new TlsFiles(
                        Optional.of(files.authority()), Optional.of(files.client()), Optional.of(files.client())))))
                .startsWith("redis.key-file is \"" + files.client() + "\", expected a private key in PEM");
        String header = "-----BEGIN PRIVATE KEY-----\n";
        Path key = Files.writeString(folder.resolve("half.key"), header + "bm8ga2V5\n-----END PRIVATE KEY-----\n");
        assertThat(startOf(config.withTlsFiles(
                        new TlsFiles(Optional.of(files.authority()), Optional.of(files.client()), Optional.of(key)))))
                .startsWith("redis.key-file is \"" + key + "\", expected a private key in PEM");
        Path strangers = Files.writeString(
                folder.resolve("strangers.pem"),
                Files.readString(files.client()) + Files.readString(files.otherAuthority()));
        assertThat(startOf(config.withTlsFiles(new TlsFiles(
                        Optional.of(files.authority()), Optional.of(strangers), Optional.of(files.clientKey())))))
                .startsWith("redis.certificate-file is \"" + strangers + "\", expected certificates each signed by");
        assertThat(startOf(config.withTlsFiles(tls(folder.resolve("missing"))))).startsWith("redis.ca-file is");
    }
}
