package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.gateway.auth.AuthKey;
import im.gateway.auth.TokenMinter;
import im.gateway.config.ConfigLoader;
import im.gateway.config.ConfigLoader.Flag;
import im.gateway.config.ServerConfig;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.Send;
import im.protocol.v1.Versions;
import im.servers.Requirement;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two gateways of one cluster in this process, on real servers, without a relay. */
class ClusterGatewayIT {
    private static final String RUN = UUID.randomUUID().toString().substring(0, 8);
    private static final int TOPICS = ThreadLocalRandom.current().nextInt(1_000, 9_999);

    /** Only what never happens is waited for so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    static Path folder;

    private static @Nullable RunningGateway first;
    private static @Nullable RunningGateway second;

    @BeforeAll
    static void start() throws Exception {
        for (Requirement server : List.of(Requirement.KAFKA, Requirement.REDIS, Requirement.ETCD)) {
            assumeTrue(server.met(), server::why);
        }
        Files.writeString(folder.resolve("key"), "0123456789abcdef0123456789abcdef");
        first = ClusterGateway.start(config("one"));
        second = ClusterGateway.start(config("two"));
    }

    @AfterAll
    static void stop() {
        for (RunningGateway gateway : new RunningGateway[] {first, second}) {
            if (gateway != null) {
                gateway.stop();
            }
        }
    }

    private static ServerConfig config(String data) throws Exception {
        return config(data, data + "-" + RUN, 2);
    }

    private static ServerConfig config(String data, String node, int partitions) throws Exception {
        return config(data, node, partitions, "30s");
    }

    private static ServerConfig config(String data, String node, int partitions, String lease) throws Exception {
        List<Flag> flags = List.of(
                new Flag("dev", "true", "--dev"),
                new Flag("data", folder.resolve(data).toString(), "--data"),
                set("node", node),
                set("auth.key-file", folder.resolve("key").toString()),
                set("listen.http-port", "0"),
                set("listen.tcp-port", "0"),
                set("listen.admin-port", "0"),
                set("session.heartbeat", "2m"),
                set("drain.timeout", "30s"),
                set("startup.timeout", "2m"),
                set("registry.lease", lease),
                set("kafka.bootstrap", Servers.kafka().toString()),
                set("kafka.topic-number", Integer.toString(TOPICS)),
                set("kafka.partitions", Integer.toString(partitions)),
                set("redis.uris", "redis://" + Servers.redis()),
                set("redis.prefix", "im-" + RUN + ":"),
                set("redis.timeout", "10s"),
                set("etcd.endpoints", "http://" + Servers.etcd()),
                set("etcd.prefix", "/im-" + RUN + "/"));
        return ConfigLoader.load(null, Map.of(), flags, folder).config();
    }

    private static RunningGateway first() {
        return Objects.requireNonNull(first);
    }

    private static RunningGateway second() {
        return Objects.requireNonNull(second);
    }

    private static Flag set(String key, String value) {
        return new Flag(key, value, "--set");
    }

    /** A client over TCP: frames with their length before them. */
    private static final class Client implements AutoCloseable {
        final Socket socket;

        Client(RunningGateway gateway, String uid, long attempt) throws Exception {
            URI tcp = URI.create(gateway.endpoints().tcp());
            socket = new Socket(tcp.getHost(), tcp.getPort());
            socket.setSoTimeout(60_000);
            String token = new TokenMinter(
                            AuthKey.read(folder.resolve("key")),
                            Ground.rules(config("token").auth()),
                            Clock.systemUTC())
                    .mint(uid, Duration.ofHours(1));
            send(Frame.newBuilder()
                    .setRef(1)
                    .setHello(Hello.newBuilder()
                            .setVersions(Versions.newBuilder().setOldest(1).setNewest(1))
                            .setToken(token)
                            .setDevice("phone")
                            .setAttempt(attempt)
                            .addFeatures(Feature.TRANSIENT))
                    .build());
        }

        void send(Frame frame) throws IOException {
            frame.writeDelimitedTo(socket.getOutputStream());
        }

        /** The next frame that is wanted; what comes before is passed over. */
        Frame read(Predicate<Frame> wanted) throws IOException {
            while (true) {
                Frame frame = Frame.parseDelimitedFrom(socket.getInputStream());
                if (frame == null) {
                    throw new IOException("the server has ended its stream");
                }
                if (wanted.test(frame)) {
                    return frame;
                }
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static Frame say(String peer, String text, boolean unkept) {
        return Frame.newBuilder()
                .setRef(7)
                .setSend(Send.newBuilder()
                        .setMessageId(UUID.randomUUID().toString())
                        .setConversation(Conversation.newBuilder().setPeer(peer))
                        .setContentType("text/plain")
                        .setTransient(unkept)
                        .setText(text))
                .build();
    }

    private static HttpResponse<String> get(String url) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void bothAreReady() {
        for (RunningGateway gateway : List.of(first(), second())) {
            await().atMost(PATIENCE).untilAsserted(() -> {
                HttpResponse<String> ready = get(gateway.endpoints().admin() + "/readyz");

                assertThat(ready.body()).isEqualTo("{\"status\":\"ready\"}\n");
                assertThat(ready.statusCode()).isEqualTo(200);
            });
        }
    }

    @Test
    void aLargerAttemptOnTheOtherNodeDisplacesTheOlderConnection_D22() throws Exception {
        try (Client old = new Client(first(), "takeover", 1)) {
            old.read(Frame::hasWelcome);
            try (Client fresh = new Client(second(), "takeover", 2)) {
                fresh.read(Frame::hasWelcome);

                assertThat(old.read(Frame::hasClose).getClose().getCode()).isEqualTo(4409);
            }
        }
    }

    @Test
    void aSmallerAttemptOnTheOtherNodeIsRefusedAsTheOlder_D22() throws Exception {
        try (Client present = new Client(first(), "older", 5)) {
            present.read(Frame::hasWelcome);
            try (Client late = new Client(second(), "older", 3)) {
                Frame close = late.read(Frame::hasClose);

                assertThat(close.getClose().getCode()).isEqualTo(4411);
                assertThat(close.getClose().getAttempt()).isEqualTo(5);
            }
        }
    }

    /** It would renew only forty seconds later; until it was heard, a client that stays keeps it from being gone. */
    @Test
    void aGatewayThatBeginsToDrainTellsTheOthersAtOnce() throws Exception {
        String name = "drains-" + RUN;
        CompletableFuture<Boolean> there = new CompletableFuture<>();
        CompletableFuture<Boolean> draining = new CompletableFuture<>();
        OpenParts parts = new OpenParts();
        RunningGateway third = ClusterGateway.start(config("drains", name, 2, "2m"));
        try (Client client = new Client(third, "stays", 1)) {
            client.read(Frame::hasWelcome);
            NodeRegistries.open(config("watcher").cluster(), parts, new SimpleMeterRegistry())
                    .watch(nodes -> nodes.live().values().stream()
                            .filter(node -> node.name().equals(name))
                            .forEach(node -> (node.draining() ? draining : there).complete(true)));
            assertThat(there.get(60, TimeUnit.SECONDS)).isTrue();

            var unused = CompletableFuture.runAsync(third::stop);

            assertThat(draining.get(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            third.stop();
            parts.close();
        }
    }

    @Test
    void aSendIsAcceptedByTheLog() throws Exception {
        try (Client client = new Client(first(), "sender", 1)) {
            client.read(Frame::hasWelcome);
            client.send(say("receiver", "hello", false));

            assertThat(client.read(Frame::hasSendResult).getSendResult().getCode())
                    .isEqualTo(Code.OK);
        }
    }

    @Test
    void whatIsKeptNowhereReachesTheOtherNode() throws Exception {
        try (Client a = new Client(first(), "typing-a", 1);
                Client b = new Client(second(), "typing-b", 1)) {
            a.read(Frame::hasWelcome);
            b.read(Frame::hasWelcome);
            a.send(say("typing-b", "…", true));

            assertThat(b.read(Frame::hasTransient).getTransient().getEnvelope().getText())
                    .isEqualTo("…");
        }
    }

    @Test
    void aNodeWithTheNameOfALiveOneDoesNotStart() {
        assertThatThrownBy(() -> ClusterGateway.start(config("three", "one-" + RUN, 2)))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("one-" + RUN);
    }

    @Test
    void aLogOfAnotherShapeIsRefusedWithWhatWasExpected_D9() {
        assertThatThrownBy(() -> ClusterGateway.start(config("four", "four-" + RUN, 3)))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("im-messages-" + TOPICS);
    }
}
