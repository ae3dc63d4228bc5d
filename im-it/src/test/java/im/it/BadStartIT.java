package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.servers.FreePorts;
import im.servers.KafkaServer;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.server.AdminPages;
import im.testkit.server.ClusterProcess;
import im.testkit.server.JavaRun;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Processes of a cluster that cannot be: each ends with its exit code and one line that names what is wrong, prints
 * nothing for scripts, and leaves the nodes that run alone. They run a few at a time, since some wait for what never
 * answers.
 */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class BadStartIT {
    private static final int NOBODY = FreePorts.next();
    private static final int AT_ONCE = 3;
    /** For what never answers. A busy machine may take half of it over what does answer. */
    private static final String IN_VAIN = "1m";

    private static final String FOR_WHAT_ANSWERS = "4m";

    private static final int CANNOT_START = 4;
    private static final String GUESSED = "guessed-password";
    private static final String LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required";

    private static final Path FOLDER = TestServer.newFolder();
    private static final ExecutorService THREADS = Executors.newFixedThreadPool(AT_ONCE);
    private static final List<Row> ROWS = new ArrayList<>();
    private static final Map<String, Future<JavaRun.Ended>> STARTS = new LinkedHashMap<>();

    private static ClusterProcess cluster;
    private static ServerSocket silent;
    private static RedisServer lockedRedis;
    private static KafkaServer lockedKafka;

    /**
     * What is started.
     *
     * @param said what its line has to tell
     */
    private record Row(String name, NodeStart start, String... said) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void start() throws IOException {
        cluster = ClusterProcess.shared();
        silent = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
        lockedRedis = RedisServer.start(
                FOLDER.resolve("redis"), ServerOptions.defaults().set("requirepass", "right"));
        lockedKafka = KafkaServer.start(FOLDER.resolve("kafka"), secured());
        ROWS.addAll(impossible());
        ROWS.forEach(row -> STARTS.put(row.name, THREADS.submit(() -> row.start.run(FOLDER))));
    }

    private static ServerOptions secured() {
        return ServerOptions.defaults()
                .set(KafkaServer.HEAP, "-Xmx256m")
                .set("listener.security.protocol.map", "CONTROLLER:PLAINTEXT,PLAINTEXT:SASL_PLAINTEXT")
                .set("sasl.enabled.mechanisms", "PLAIN")
                .set("sasl.mechanism.inter.broker.protocol", "PLAIN")
                .set(
                        "listener.name.plaintext.plain.sasl.jaas.config",
                        LOGIN + " username=\"im\" password=\"right\" user_im=\"right\";");
    }

    @AfterAll
    static void stop() throws Exception {
        THREADS.shutdownNow();
        boolean unused = THREADS.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (silent != null) {
            silent.close();
        }
        if (lockedRedis != null) {
            lockedRedis.close();
        }
        if (lockedKafka != null) {
            lockedKafka.close();
        }
        Servers.delete(FOLDER);
    }

    static List<Row> rows() {
        return ROWS;
    }

    private static List<Row> impossible() throws IOException {
        String nobody = "127.0.0.1:" + NOBODY;
        String hangs = "127.0.0.1:" + silent.getLocalPort();
        Path wrongSasl = FOLDER.resolve("wrong.properties");
        Files.writeString(
                wrongSasl,
                "security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config=" + LOGIN
                        + " username=\"im\" password=\"" + GUESSED + "\";\n");
        return List.of(
                new Row("no Kafka", inVain("gateway").with("kafka.bootstrap", nobody), "kafka: ", nobody, "60000 ms"),
                new Row(
                        "a Kafka that hangs",
                        inVain("relay").with("kafka.bootstrap", hangs),
                        "kafka: ",
                        hangs,
                        "60000 ms"),
                new Row("no Redis", node("gateway").with("redis.uris", "redis://" + nobody), "redis.uris: " + nobody),
                new Row("a Redis that hangs", inVain("relay").with("redis.uris", "redis://" + hangs), hangs),
                new Row("no etcd", inVain("gateway").with("etcd.endpoints", "http://" + nobody), "etcd", nobody),
                new Row("an etcd that hangs", inVain("relay").with("etcd.endpoints", "http://" + hangs), "etcd", hangs),
                new Row(
                        "a wrong password for Redis",
                        node("gateway")
                                .with("redis.uris", "redis://" + lockedRedis.address())
                                .withEnvironment(Map.of("IM_REDIS_PASSWORD", GUESSED)),
                        "redis.password",
                        lockedRedis.address().toString()),
                new Row(
                        "a wrong password for Kafka",
                        node("relay")
                                .with("kafka.bootstrap", lockedKafka.bootstrap())
                                .with("kafka.properties-file", wrongSasl.toString()),
                        "kafka: ",
                        lockedKafka.bootstrap(),
                        "refuses the credentials"),
                new Row(
                        "a user that etcd does not know",
                        node("router").with("etcd.username", "im").withEnvironment(Map.of("IM_ETCD_PASSWORD", GUESSED)),
                        "refuses user im"),
                new Row(
                        "a topic of other partitions",
                        node("relay").with("kafka.partitions", "4"),
                        "kafka: topic im-messages-1: partitions is 8, expected 4"),
                new Row(
                        "a topic of fewer copies",
                        node("gateway").with("kafka.replication", "2"),
                        "kafka: topic im-",
                        "is 1, expected 2"),
                new Row(
                        "the name of a live gateway",
                        node("gateway").with("node", "gateway-1"),
                        "has the name gateway-1"),
                new Row("the name of a live relay", node("relay").with("node", "relay-2"), "has the name relay-2"),
                new Row(
                        "a gateway whose clock is an hour ahead",
                        node("gateway").withEnvironment(ClockIT.apart("+1h")),
                        "redis.uris: ",
                        "has a clock that is 3",
                        "behind this machine's"),
                new Row(
                        "a relay whose clock is an hour behind",
                        node("relay").withEnvironment(ClockIT.apart("-1h")),
                        "redis.uris: ",
                        "has a clock that is 3",
                        "ahead of this machine's"));
    }

    private static NodeStart inVain(String role) {
        return node(role).with("startup.timeout", IN_VAIN);
    }

    /** One that would start beside those of the cluster. */
    private static NodeStart node(String role) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("node", "another-one");
        settings.put("listen.http-port", "0");
        settings.put("listen.tcp-port", "0");
        settings.put("listen.admin-port", "0");
        settings.put("router.port", "0");
        settings.put("startup.timeout", FOR_WHAT_ANSWERS);
        settings.put("registry.lease", "6s");
        settings.put("kafka.bootstrap", cluster.process("kafka").address().toString());
        settings.put("kafka.partitions", "8");
        settings.put("kafka.push-partitions", "32");
        settings.put("redis.uris", "redis://" + cluster.process("redis").address());
        settings.put("etcd.endpoints", "http://" + cluster.process("etcd").address());
        return NodeStart.of(role, settings);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatCannotBeIsSaidInOneLineAndEndsWithFour(Row row) throws Exception {
        if (row.name.contains("clock")) {
            ClockIT.faketimeWorks();
        }
        JavaRun.Ended ended = Objects.requireNonNull(STARTS.get(row.name)).get();

        assertThat(ended.code()).as(ended.err()).isEqualTo(CANNOT_START);
        assertThat(ended.out()).isEmpty();
        List<String> lines = ended.err().lines().toList();
        assertThat(lines.get(lines.size() - 1))
                .startsWith("im " + row.start.role() + ": ")
                .contains(row.said);
        assertThat(ended.err()).doesNotContain("\tat ", GUESSED);
    }

    @Test
    void thoseThatRunAreLeftAlone() throws Exception {
        for (Future<JavaRun.Ended> start : STARTS.values()) {
            var unused = start.get();
        }
        for (String name : List.of("gateway-1", "gateway-2", "relay-1", "relay-2")) {
            AdminPages pages = cluster.adminPages(name);
            await().untilAsserted(
                            () -> assertThat(pages.ready().status()).as(name).isEqualTo(200));
        }
        String ann = TestServer.uid("ann");
        String bob = TestServer.uid("bob");
        try (RawClient anns = RawClient.welcomed(
                        cluster.endpoints().get(0), cluster.tokens().of(ann), "phone");
                RawClient bobs = RawClient.welcomed(
                        cluster.endpoints().get(1), cluster.tokens().of(bob), "phone")) {
            var unused = anns.sendAndAwait(anns.text(TestServer.messageId(), bob, "all is well"));
            bobs.await(frame -> frame.hasDeliver(), "the message");
        }
    }
}
