package im.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Each key by itself: what is just allowed, what just is not, and what has another form. */
class KeyBoundsTest {
    private static final String LONG_ID = "a".repeat(64);
    private static final String HASH = "0a".repeat(32);
    private static final String LONG_TEXT = "a".repeat(256);

    /** A key with texts that are good and texts that are bad; the texts separated by a bar. */
    record Row(String key, List<String> good, List<String> bad) {
        static Row of(String key, String good, String bad) {
            return new Row(key, texts(good), texts(bad));
        }

        private static List<String> texts(String texts) {
            return Arrays.asList(texts.split("\\|", -1));
        }
    }

    private static final String BAD_PORTS = "-1|65536|99999999999|http|8080.0|0x50| 80|";

    static final List<Row> ROWS = List.of(
            Row.of("dev", "true|false", "yes|1|TRUE|"),
            Row.of("data", "/tmp/x|x", "| "),
            Row.of("node", "a|node-1.example|" + LONG_ID, "|" + LONG_ID + "a|a b|a\nb|\u00e9"),
            Row.of("listen.host", "127.0.0.1|::1|localhost", "|0.0.0.0|10.0.0.1|a b|http://x"),
            Row.of("listen.http-port", "0|1|65535", BAD_PORTS),
            Row.of("listen.tcp-port", "0|1|65535", BAD_PORTS),
            Row.of("listen.admin-host", "127.0.0.1|::1|localhost", "|0.0.0.0|127.1.example.org|a b"),
            Row.of("listen.admin-port", "0|1|65535", BAD_PORTS),
            Row.of(
                    "listen.allowed-origins",
                    "|*|https://a.example|https://a.example,http://b:8080",
                    "a.example|https://a.example/|https://a.example/x|ftp://a|*,https://a|null|https://u@a|https://a,"),
            Row.of(
                    "listen.proxy-protocol-from",
                    "|10.0.0.0/8|192.0.2.7|::1,2001:db8::/32|0.0.0.0/0",
                    "10.0.0.1/8|10.0.0.0/33|10.0.0.0/|10.0.0|example.org|::1%eth0|[::1]|,"),
            Row.of("listen.poll", "true|false", "yes|1|TRUE|"),
            Row.of("listen.poll-wait", "1s|15s|2m", "999ms|121s|15"),
            Row.of("listen.poll-sessions", "1|1000000", "0|1000001|x"),
            Row.of("listen.poll-sessions-per-address", "1|1000000", "0|1000001|x"),
            Row.of("session.heartbeat", "1s|1000ms|30s|5m|300s", "999ms|301s|30|30 s|-1s|1h|PT30S||9999999999s"),
            Row.of("session.handshake-timeout", "1s|1m", "999ms|61s|10"),
            Row.of("session.window-messages", "1|512", "0|513|all|-1|1e2"),
            Row.of("session.window-bytes", "128KiB|131072B|256KiB", "131071B|262145B|256|256kb|1MiB|"),
            Row.of("session.unanswered-sends", "1|4096", "0|4097|x"),
            Row.of("session.repush", "500ms|15s|10m", "499ms|601s|15"),
            Row.of("session.loop-outbound-bytes", "1MiB|16GiB", "1023KiB|17GiB|x"),
            Row.of("interceptors.folder", "|x", " "),
            Row.of("interceptors.properties-file", "|x", " "),
            Row.of("interceptors.threads", "1|256", "0|257|x|"),
            Row.of("interceptors.timeout", "10ms|30s", "9ms|30001ms|1"),
            Row.of("interceptors.on-failure", "refuse|allow", "REFUSE|reject|"),
            Row.of("webhooks.url", "", "ftp://a|http://u@a|http://a?b|a|http://|https://a/#b"),
            Row.of("webhooks.secret", "|x|" + LONG_TEXT, LONG_TEXT + "a|a\nb"),
            Row.of("webhooks.secret-file", "|x", " "),
            Row.of(
                    "webhooks.events",
                    "|before-send|after-accept,connected,disconnected,went-offline",
                    "x|connected,connected|,"),
            Row.of("webhooks.timeout", "50ms|1m", "49ms|61s|1"),
            Row.of("webhooks.retries", "0|100", "-1|101|x"),
            Row.of("webhooks.before-send-timeout", "10ms|10s", "9ms|10001ms|1"),
            Row.of("webhooks.before-send-on-failure", "refuse|allow", "no|"),
            Row.of("webhooks.queue-events", "16|1000000", "15|1000001|x"),
            Row.of("webhooks.queue-bytes", "256KiB|1GiB", "255KiB|1025MiB|x"),
            Row.of("webhooks.offline-after", "0s|1h", "3601s|-1s|1"),
            Row.of("listen.api-host", "127.0.0.1|::1|localhost", "|0.0.0.0|a b"),
            Row.of("listen.api-port", "0|1|65535", BAD_PORTS),
            Row.of(
                    "api.keys",
                    "|a:send:" + HASH + "|a:send+groups:" + HASH + ",b:broadcast+presence+connections:" + HASH,
                    "a|a:send|a::" + HASH + "|a:sing:" + HASH + "|a:send:" + HASH + "0|a:send:xyz|a b:send:" + HASH
                            + "|a:send:" + HASH + ",a:send:" + HASH),
            Row.of("api.system-uid", "a|" + LONG_ID, "|" + LONG_ID + "a|a b"),
            Row.of("api.requests-per-second", "1|1000000", "0|1000001|x"),
            Row.of("api.broadcast-per-second", "1|1000000", "0|1000001|x"),
            Row.of("session.devices", "all|one-per-platform|one", "ALL|one_per_platform|two|"),
            Row.of("presence.grace", "100ms|10s|10m", "99ms|601s|10"),
            Row.of("retention.time", "1m|7d|3650d", "59s|3651d|7"),
            Row.of("retention.messages", "1|1000000", "0|1000001|x"),
            Row.of("retention.bytes", "64KiB|1GiB", "63KiB|1025MiB|x"),
            Row.of("groups.create", "anybody|server", "nobody|"),
            Row.of("groups.max-members", "2|1000000", "1|1000001|x"),
            Row.of("groups.max-groups-per-uid", "1|100000", "0|100001|x"),
            Row.of("groups.receipt-members", "0|256|1000", "-1|1001|x"),
            Row.of("message-log.dedupe-window", "10m|600s|7d|168h", "599s|169h|forever"),
            Row.of("relay.window-entries", "65536|67108864", "65535|67108865|x"),
            Row.of("message-log.queue-messages", "64|1000000", "63|1000001|x"),
            Row.of("message-log.queue-bytes", "1MiB|1GiB", "1023KiB|1025MiB|9999999999GiB"),
            Row.of("message-log.cache", "1MiB|64GiB", "1023KiB|65GiB|999999999GiB"),
            Row.of("auth.key-file", "|/etc/key", "\u0000"),
            Row.of("auth.key-id", "|k1|" + LONG_TEXT, LONG_TEXT + "a|a\nb"),
            Row.of("auth.issuer", "|https://issuer|" + LONG_TEXT, LONG_TEXT + "a|a\u0000b"),
            Row.of("auth.audience", "|im|" + LONG_TEXT, LONG_TEXT + "a|a\tb"),
            Row.of("auth.leeway", "0s|5m", "301s|-1s|x"),
            Row.of("drain.timeout", "1s|10m", "0s|601s|20"),
            Row.of("io.threads", "0|1|256", "-1|257|auto"),
            Row.of("io.transport", "auto|epoll|nio", "EPOLL|io_uring|"),
            Row.of("io.allocator", "adaptive|pooled", "heap|Pooled|"),
            Row.of("logging.level", "error|warn|info|debug|trace", "INFO|all|"),
            Row.of("logging.format", "text|json", "xml|JSON|"),
            Row.of("advertise.ws", "|ws://h:1/v1/ws|wss://h", "http://h:1|ws://u:p@h|h:1|ws://h?x|ws://h:0"),
            Row.of("advertise.tcp", "|tcp://10.0.0.7:9000", "10.0.0.7:9000|ws://h"),
            Row.of("startup.timeout", "1s|30s|10m", "999ms|601s|30"),
            Row.of("registry.nodes", "etcd|redis", "zookeeper|ETCD|"),
            Row.of("registry.routes", "etcd|redis", "kafka|"),
            Row.of("registry.lease", "2s|10s|2m", "1999ms|121s|10"),
            Row.of("kafka.bootstrap", "h:1|10.0.0.1:9092,[::1]:9092", "|h|h:0|h:65536|h:x|u@h:1|h:1,|kafka://h:1"),
            Row.of("kafka.topic-number", "1|9999", "0|10000|x"),
            Row.of("kafka.partitions", "1|1024", "0|1025|x"),
            Row.of("kafka.push-partitions", "1|4096", "0|4097|x"),
            Row.of("kafka.replication", "1|9", "0|10|x"),
            Row.of("kafka.min-insync-replicas", "1", "0|2|10|x"),
            Row.of("kafka.append-timeout", "1s|1m", "999ms|61s|5"),
            Row.of("kafka.timeout", "500ms|2m", "499ms|121s|5"),
            Row.of("kafka.properties-file", "|/etc/kafka.properties", "\u0000"),
            Row.of("redis.kind", "single|sentinel|cluster", "master|SINGLE|"),
            Row.of(
                    "redis.uris",
                    "redis://h:1|rediss://h:6379",
                    "|h:6379|redis://h|redis://u:p@h:1|redis://a:1,redis://b:1"),
            Row.of("redis.master", "mymaster|" + LONG_TEXT, "|" + LONG_TEXT + "a"),
            Row.of("redis.username", "|im", "a\nb"),
            Row.of("redis.password", "|x|" + LONG_TEXT, LONG_TEXT + "a|a\nb"),
            Row.of("redis.ca-file", "|/etc/tls.pem", "\u0000"),
            Row.of("redis.certificate-file", "", "\u0000"),
            Row.of("redis.key-file", "", "\u0000"),
            Row.of("redis.timeout", "50ms|30s", "49ms|31s|1"),
            Row.of("redis.prefix", "im:|x", "|" + LONG_TEXT + "a"),
            Row.of("etcd.endpoints", "http://h:1|https://a:1,https://b:2", "|h:2379|http://h|http://u:p@h:1"),
            Row.of("etcd.username", "|im", "a\nb"),
            Row.of("etcd.password", "|x", LONG_TEXT + "a|a\nb"),
            Row.of("etcd.ca-file", "|/etc/tls.pem", "\u0000"),
            Row.of("etcd.certificate-file", "", "\u0000"),
            Row.of("etcd.key-file", "", "\u0000"),
            Row.of("etcd.timeout", "100ms|30s", "99ms|31s|1"),
            Row.of("etcd.prefix", "/im/|x", "|" + LONG_TEXT + "a"),
            Row.of("offline.topic", "off|direct|all", "on|OFF|"),
            Row.of("router.port", "0|1|65535", BAD_PORTS),
            Row.of("router.choice", "round-robin|least-connections|consistent-hash", "round_robin|random|"),
            Row.of("router.requests-per-second", "1|1000000", "0|1000001|x"));

    @ParameterizedTest
    @FieldSource("ROWS")
    void aValueWithinBoundsIsTaken(Row row) throws Exception {
        for (String text : row.good()) {
            LoadedConfig<ServerConfig> loaded = load(row.key(), text);

            RawValue value = loaded.values().get(row.key());
            assertThat(value).as(row.key() + "=" + text).isEqualTo(new RawValue(text, "--set", true));
        }
    }

    @ParameterizedTest
    @FieldSource("ROWS")
    void aValueOutOfBoundsOrOfAnotherFormIsRefusedWithKeyValueAndExpectation(Row row) {
        for (String text : row.bad()) {
            List<String> lines = problems(row.key(), text);

            String shown = text.isEmpty() ? "is not set" : "is \"" + Problem.shown(row.key(), text) + "\"";
            assertThat(lines).as(row.key() + "=" + text).hasSize(1);
            assertThat(lines.get(0)).startsWith(row.key() + " " + shown + " (--set): expected ");
            assertThat(lines.get(0).chars().noneMatch(Character::isISOControl)).isTrue();
        }
    }

    @Test
    void theTableAboveHoldsEveryKey() {
        Set<String> keys = ROWS.stream().map(Row::key).collect(Collectors.toSet());

        assertThat(keys).isEqualTo(Keys.BY_NAME.keySet());
        assertThat(ROWS).hasSameSizeAs(Keys.ALL);
    }

    @Test
    void everyDefaultIsReadBackFromItsOwnText() {
        for (Key<?> key : Keys.ALL) {
            assertThat(key.kind().read(key.defaultText()).map(Object.class::cast))
                    .as(key.name())
                    .contains(key.byDefault());
        }
    }

    /** In dev mode, so that a key by itself stands. */
    private static LoadedConfig<ServerConfig> load(String key, String text) throws ConfigException {
        List<ConfigLoader.Flag> flags = new ArrayList<>();
        if (!key.equals("dev")) {
            flags.add(new ConfigLoader.Flag("dev", "true", "--dev"));
        } else if (text.equals("false")) {
            flags.add(new ConfigLoader.Flag("auth.key-file", "/etc/key", "--set"));
        }
        flags.add(new ConfigLoader.Flag(key, text, "--set"));
        return ConfigLoader.load(null, Map.of(), flags, Path.of("/home"));
    }

    private static List<String> problems(String key, String text) {
        try {
            load(key, text);
            return List.of();
        } catch (ConfigException e) {
            return e.lines();
        }
    }
}
