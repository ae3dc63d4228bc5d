package im.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import im.gateway.config.ConfigLoader.Flag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
    private static final Flag DEV = new Flag("dev", "true", "--dev");
    private static final Path HOME = Path.of("/home/im");

    @TempDir
    Path folder;

    @Test
    void nothingSetInDevModeGivesTheDefaultsOnLoopback() throws Exception {
        ServerConfig config = load(null, Map.of(), DEV).config();

        assertThat(config.data()).isEqualTo(HOME.resolve("data"));
        assertThat(config.listen())
                .isEqualTo(new ListenConfig(
                        "127.0.0.1",
                        8080,
                        9000,
                        "127.0.0.1",
                        9100,
                        List.of(),
                        List.of(),
                        new PollingConfig(true, Duration.ofSeconds(15), 20_000, 1_000)));
        assertThat(config.session())
                .isEqualTo(new SessionConfig(
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(10),
                        512,
                        256 * 1024,
                        256,
                        Duration.ofSeconds(15),
                        64 << 20,
                        Duration.ofSeconds(10),
                        DevicePolicy.ALL,
                        256));
        assertThat(config.messageLog().dedupeWindow()).isEqualTo(Duration.ofMinutes(10));
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void aFlagWinsOverTheEnvironmentThatOverTheFileThatOverTheDefault() throws Exception {
        Path file = file("""
                session:
                  heartbeat: 7s
                  window-messages: 7
                  unanswered-sends: 7
                """);
        Map<String, String> environment = Map.of(
                "IM_SESSION_WINDOW_MESSAGES", "8", "IM_SESSION_UNANSWERED_SENDS", "8", "IM_SESSION_HEARTBEAT", "");
        Flag flag = new Flag("session.unanswered-sends", "9", "--set");

        LoadedConfig<ServerConfig> loaded = load(file, environment, DEV, flag);

        SessionConfig session = loaded.config().session();
        assertThat(session.handshakeTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(session.heartbeat()).isEqualTo(Duration.ofSeconds(7));
        assertThat(session.windowMessages()).isEqualTo(8);
        assertThat(session.unansweredSends()).isEqualTo(9);
        assertThat(ConfigPage.effective(loaded))
                .containsPattern("session.handshake-timeout +duration +10s +10s +default")
                .containsPattern("session.heartbeat +duration +30s +7s +im.yaml:2")
                .containsPattern("session.window-messages +messages +512 +8 +IM_SESSION_WINDOW_MESSAGES")
                .containsPattern("session.unanswered-sends +messages +256 +9 +--set")
                .containsPattern("listen.host +- +0.0.0.0 +127.0.0.1 +dev mode");
    }

    @Test
    void aFileOfEveryShapeThatIsAllowedIsRead() throws Exception {
        Path file = file("""
                # a comment
                dev: true
                listen: {http-port: 0, "tcp-port": "0"}
                listen.admin-port: 0
                auth:
                  issuer: https://issuer.example
                  leeway: 1m
                """ + "  audience:\n");

        ServerConfig config = load(file, Map.of()).config();

        assertThat(config.dev()).isTrue();
        assertThat(config.listen().httpPort()).isZero();
        assertThat(config.listen().tcpPort()).isZero();
        assertThat(config.listen().adminPort()).isZero();
        assertThat(config.auth().issuer()).contains("https://issuer.example");
        assertThat(config.auth().audience()).isEmpty();
    }

    @Test
    void aListInTheFileIsAListOfOrigins() throws Exception {
        Path file = file("""
                listen:
                  allowed-origins:
                    - https://a.example
                    - http://b:8080
                """);

        ServerConfig config = load(file, Map.of(), DEV).config();

        assertThat(config.listen().allowedOrigins()).containsExactly("https://a.example", "http://b:8080");
    }

    @Test
    void anEmptyFileSetsNothing() throws Exception {
        assertThat(load(file(""), Map.of(), DEV).config().node()).isEqualTo("node-1");
        assertThat(load(file("# nothing\n"), Map.of(), DEV).config().node()).isEqualTo("node-1");
    }

    @Test
    void everyErrorOfAllSourcesIsToldAtOnceWithItsPlace() throws Exception {
        Path file = file("""
                session:
                  heartbeat: 0s
                  heartbeats: 1s
                node: a b
                node: c
                kafka:
                  brokers: [x]
                io: 4
                """);

        ConfigException e =
                refused(file, Map.of("IM_LISTEN_TCP_PORT", "70000"), DEV, new Flag("logging.level", "loud", "--set"));

        assertThat(e.isUsage()).isTrue();
        assertThat(e.lines())
                .containsExactlyInAnyOrder(
                        "session.heartbeats is \"1s\" (im.yaml:3): expected a key that exists; the config command lists them",
                        "node is \"c\" (im.yaml:5): expected each key once",
                        "kafka.brokers is \"x\" (im.yaml:7): expected a key that exists; the config command lists them",
                        "io is \"4\" (im.yaml:8): expected a key that exists; the config command lists them",
                        "session.heartbeat is \"0s\" (im.yaml:2): expected a duration from 1s to 5m, such as 500ms, 30s, 10m",
                        "node is \"a b\" (im.yaml:4): expected 1 to 64 letters, digits or characters of . _ @ + = -",
                        "listen.tcp-port is \"70000\" (IM_LISTEN_TCP_PORT): expected a port from 0 to 65535, 0 for one that is"
                                + " chosen once and kept",
                        "logging.level is \"loud\" (--set): expected one of error, warn, info, debug, trace");
    }

    @Test
    void aKeyGivenInTwoFormsIsRefused() throws Exception {
        Path file = file("listen.http-port: 1\nlisten:\n  http-port: 2\n");

        assertThat(refused(file, Map.of(), DEV).lines())
                .containsExactly("listen.http-port is \"2\" (im.yaml:3): expected each key once");
    }

    @Test
    void aFileThatIsNoYamlNamesTheLine() throws Exception {
        assertThat(refused(file("node: a\nauth: [\n"), Map.of(), DEV).lines())
                .singleElement()
                .asString()
                .startsWith("im.yaml:2: not YAML: ");
        assertThat(refused(file("- a\n"), Map.of(), DEV).lines())
                .containsExactly("im.yaml:1: expected key: value lines");
        assertThat(refused(file("node: a\n---\nnode: b\n"), Map.of(), DEV).lines())
                .singleElement()
                .asString()
                .contains("expected one YAML document");
        assertThat(refused(file("node: &n a\nauth: {issuer: *n}\n"), Map.of(), DEV)
                        .lines())
                .singleElement()
                .asString()
                .contains("aliases are not followed");
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        Path file = folder.resolve("none.yaml");

        assertThat(refused(file, Map.of(), DEV).lines())
                .containsExactly("--config is \"" + file
                        + "\" (command line or IM_CONFIG): expected a UTF-8 file that can" + " be read");
    }

    @Test
    void aFlagForNoKeyOrGivenTwiceIsAMatterOfUsage() {
        ConfigException e =
                refused(null, Map.of(), DEV, new Flag("nod", "a", "--set"), new Flag("dev", "true", "--set"));

        assertThat(e.isUsage()).isTrue();
        assertThat(e.lines()).hasSize(2);
    }

    @Test
    void aBadValueFromTheEnvironmentIsNoMatterOfUsage() {
        assertThat(refused(null, Map.of("IM_NODE", "a b"), DEV).isUsage()).isFalse();
    }

    @Test
    void outsideDevModeAKeyFileIsNeeded() {
        ConfigException e = refused(null, Map.of());

        assertThat(e.isUsage()).isFalse();
        assertThat(e.lines())
                .containsExactly(
                        "auth.key-file is not set (default): expected the file that holds the HS256 key of your"
                                + " tokens; or start with --dev to try things out");
    }

    @Test
    void tokensNeedNoConfigurationThatCouldStart() throws Exception {
        Map<String, String> environment = Map.of("IM_AUTH_ISSUER", "iss", "IM_LISTEN_TCP_PORT", "8080");

        ConfigLoader.TokenSettings settings = ConfigLoader.loadForTokens(null, environment, List.of(), HOME);

        assertThat(settings.auth().issuer()).contains("iss");
        assertThat(settings.data()).isEqualTo(HOME.resolve("data"));
    }

    @Test
    void devModeOnAnAddressThatOthersReachIsRefused() {
        ConfigException e = refused(
                null, Map.of("IM_LISTEN_ADMIN_HOST", "10.0.0.1"), DEV, new Flag("listen.host", "0.0.0.0", "--host"));

        assertThat(e.lines()).hasSize(2).allMatch(line -> line.contains("expected a loopback address"));
    }

    @Test
    void twoListenersOnOnePortAreRefused() {
        assertThat(refused(null, Map.of("IM_LISTEN_TCP_PORT", "8080"), DEV).lines())
                .containsExactly(
                        "listen.tcp-port is \"8080\" (IM_LISTEN_TCP_PORT): expected another port than that of listen.http-port");
    }

    @Test
    void aVariableThatLooksLikeOursButNamesNoKeyIsToldAndIgnored() throws Exception {
        LoadedConfig<ServerConfig> loaded = load(null, Map.of("IM_SESSION_HEARTBEET", "1s", "IM_JDKS", "17"), DEV);

        assertThat(loaded.warnings())
                .containsExactly("environment variable IM_SESSION_HEARTBEET names no key and is ignored");
    }

    @Test
    void aRecordMadeByHandIsCheckedToo() {
        assertThatThrownBy(() -> new SessionConfig(
                        Duration.ZERO,
                        Duration.ofSeconds(10),
                        1,
                        128 * 1024,
                        1,
                        Duration.ofSeconds(15),
                        64 << 20,
                        Duration.ofSeconds(10),
                        DevicePolicy.ALL,
                        256))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("session.heartbeat");
        assertThatThrownBy(() -> new AuthConfig(
                        Optional.empty(), Optional.of(""), Optional.empty(), Optional.empty(), Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("auth.key-id");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("im.yaml"), text);
    }

    @Test
    void aPasswordIsShownNowhereNotEvenWhereItIsWrongOrItsKeyIs() throws Exception {
        LoadedConfig<ServerConfig> loaded = load(null, Map.of("IM_REDIS_PASSWORD", "hunter2"), DEV);
        ConfigException refused = refused(
                file("redis: {password: hunter2, pasword: hunter2}\netcd.password: \"hun\\nter2\"\n"), Map.of(), DEV);

        assertThat(loaded.config().cluster().redis().password()).contains(new Secret("hunter2"));
        assertThat(loaded.config().toString()).doesNotContain("hunter2");
        assertThat(ConfigPage.effective(loaded)).doesNotContain("hunter2").contains("(secret)");
        assertThat(refused.lines()).hasSize(2).noneMatch(line -> line.contains("hun") && !line.contains("pasword"));
    }

    @Test
    void devModeWantsOneCopyOfEachPartition() throws Exception {
        KafkaSettings production = loadProduction().cluster().kafka();
        KafkaSettings dev = load(null, Map.of(), DEV).config().cluster().kafka();

        assertThat(List.of(production.replication(), production.minInsync())).containsExactly(3, 2);
        assertThat(List.of(dev.replication(), dev.minInsync())).containsExactly(1, 1);
    }

    private static ServerConfig loadProduction() throws ConfigException {
        return load(null, Map.of(), new Flag("auth.key-file", "/etc/key", "--set"))
                .config();
    }

    @Test
    void aProcessWithoutSessionsNeedsNoKeyFile() throws Exception {
        NodeConfig config = ConfigLoader.loadForNode(null, Map.of("IM_NODE", "relay-7"), List.of(), Path.of("/home"))
                .config();

        assertThat(config.node()).isEqualTo("relay-7");
        assertThat(config.dev()).isFalse();
    }

    private static LoadedConfig<ServerConfig> load(@Nullable Path file, Map<String, String> environment, Flag... flags)
            throws ConfigException {
        return ConfigLoader.load(file, environment, List.of(flags), HOME);
    }

    private static ConfigException refused(@Nullable Path file, Map<String, String> environment, Flag... flags) {
        return catchThrowableOfType(ConfigException.class, () -> load(file, environment, flags));
    }
}
