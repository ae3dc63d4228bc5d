package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.servers.Requirement;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.server.JavaRun;
import im.testkit.server.JavaRun.Ended;
import im.testkit.server.Tokens;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code im cluster} as an operator uses it: every command a process of its own. */
@Tag("once")
class ClusterCommandIT {
    /** A process says when it was started in ticks of 10 ms. */
    private static final long TICK_MILLIS = 20;

    private final Path folder = TestServer.newFolder();

    /** stdout is a pipe that we read to its end: a child that had inherited it would keep it open for ever. */
    private Ended cluster(String... arguments) throws IOException, InterruptedException {
        List<String> command = JavaRun.command(
                List.of("-Xmx384m", "-Dim.kafka.classpath=" + System.getProperty("im.kafka.classpath")),
                "im.gateway.launch.Main");
        command.add("cluster");
        command.addAll(List.of(arguments));
        command.addAll(List.of("--data", folder.resolve("cluster").toString()));
        Path err = Files.createTempFile(folder, "err", ".txt");
        Process process = new ProcessBuilder(command)
                .redirectError(Redirect.to(err.toFile()))
                .start();
        try (InputStream out = process.getInputStream()) {
            String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
            return new Ended(process.waitFor(), said, Files.readString(err));
        }
    }

    private JsonNode status() throws IOException, InterruptedException {
        Ended status = cluster("status", "--json");
        assertThat(status.code()).as(status.err()).isZero();
        return JsonMapper.builder().build().readTree(status.out());
    }

    private static JsonNode process(JsonNode status, String name) {
        return status.path("processes")
                .valueStream()
                .filter(process -> process.path("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static Set<String> states(JsonNode status) {
        Set<String> states = new TreeSet<>();
        status.path("processes")
                .forEach(process -> states.add(process.path("state").asString()));
        return states;
    }

    private void assertThatMessagesGoThrough(JsonNode status) throws IOException {
        byte[] key = Files.readString(folder.resolve("cluster/dev.key")).strip().getBytes(StandardCharsets.UTF_8);
        Tokens tokens = new Tokens(key);
        String ann = TestServer.uid("ann");
        String bob = TestServer.uid("bob");
        URI first = URI.create(status.path("endpoints").path(0).asString());
        URI second = URI.create(status.path("endpoints").path(1).asString());
        try (RawClient anns = RawClient.welcomed(first, tokens.of(ann), "phone");
                RawClient bobs = RawClient.welcomed(second, tokens.of(bob), "phone")) {
            var unused = anns.sendAndAwait(anns.text(TestServer.messageId(), bob, "hello"));
            var delivered = bobs.await(frame -> frame.hasDeliver(), "the message");
            assertThat(delivered.getDeliver().getPlacedCount()).isEqualTo(1);
        }
    }

    @Test
    void aClusterIsStartedKilledInPartsStoppedAndStartedAgainWhereItWas() throws Exception {
        assumeTrue(Requirement.cluster(), "a server is missing");
        Ended started = cluster("start", "--dev", "--gateways", "2", "--relays", "1", "--set", "session.heartbeat=9s");
        assertThat(started.code()).as(started.err()).isZero();
        assertThat(started.out()).startsWith("url=ws://127.0.0.1:").endsWith("\nready\n");
        JsonNode first = status();
        assertThat(states(first)).containsExactly("running");
        assertThatMessagesGoThrough(first);

        Ended again = cluster("start", "--dev");
        assertThat(again.code()).isEqualTo(4);
        assertThat(again.err()).contains("runs already", "gateway-1 pid");

        assertThat(cluster("kill", "gateway-9").code()).isEqualTo(2);
        assertThat(cluster("kill", "gateway-1").code()).isZero();
        assertThat(process(status(), "gateway-1").path("state").asString()).isEqualTo("dead");
        assertThat(cluster("restart", "gateway-1").out()).isEqualTo("ready\n");
        JsonNode whole = status();
        assertThatMessagesGoThrough(whole);

        kill9OfEverything(pids(whole));
        assertThat(states(status())).containsExactly("dead");
        Ended after = cluster("start", "--dev");
        assertThat(after.code()).as(after.err()).isZero();
        JsonNode second = status();
        assertThat(second.path("endpoints")).isEqualTo(first.path("endpoints"));
        assertThat(second.path("kafka_port")).isEqualTo(first.path("kafka_port"));
        assertThatMessagesGoThrough(second);

        assertThat(cluster("stop").code()).isZero();
        assertThat(states(status())).containsExactly("dead");
        assertThatAPortThatIsTakenStopsTheWholeStart(second);
    }

    private void assertThatAPortThatIsTakenStopsTheWholeStart(JsonNode status) throws Exception {
        int port = process(status, "etcd").path("port").asInt();
        try (ServerSocket other = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            Ended started = cluster("start", "--dev");
            assertThat(started.code()).isEqualTo(4);
            assertThat(started.err()).contains("etcd", "port " + other.getLocalPort());
            assertThat(states(status())).containsExactly("dead");
        }
    }

    private static List<Long> pids(JsonNode status) {
        return status.path("processes")
                .valueStream()
                .map(process -> process.path("pid").asLong())
                .toList();
    }

    private static void kill9OfEverything(List<Long> pids) {
        pids.forEach(pid -> ProcessHandle.of(pid).ifPresent(running -> {
            running.destroyForcibly();
            var unused = running.onExit().join();
        }));
    }

    @Test
    void withoutDevItIsAWrongUsage() throws Exception {
        Ended ended = cluster("start");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err()).contains("--dev");
    }

    @Test
    void ofAClusterThatNeverWasNothingIsSaid() throws Exception {
        Ended ended = cluster("status");
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains("no cluster was ever started");
    }

    /** Whatever a test that failed left running, by what the cluster has written down. */
    @AfterEach
    void killAll() throws IOException {
        Path known = folder.resolve("cluster/cluster.json");
        if (Files.exists(known)) {
            JsonNode processes = JsonMapper.builder()
                    .build()
                    .readTree(Files.readString(known))
                    .path("processes");
            kill9OfEverything(processes
                    .valueStream()
                    .filter(ClusterCommandIT::lives)
                    .map(process -> process.path("pid").asLong())
                    .toList());
        }
        Servers.delete(folder);
    }

    /** Its pid may be another's by now, which was started at another time. */
    private static boolean lives(JsonNode process) {
        long started = process.path("started").asLong();
        return ProcessHandle.of(process.path("pid").asLong())
                .flatMap(running -> running.info().startInstant())
                .filter(instant -> Math.abs(instant.toEpochMilli() - started) <= TICK_MILLIS)
                .isPresent();
    }
}
