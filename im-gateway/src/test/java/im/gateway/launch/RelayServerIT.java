package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.gateway.config.ConfigLoader;
import im.gateway.config.ConfigLoader.Flag;
import im.gateway.config.NodeConfig;
import im.gateway.launch.ClusterSetup.KafkaQueue;
import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.relay.Partitions;
import im.relay.ReadResult;
import im.relay.kafka.KafkaLog;
import im.relay.redis.RedisConversationStore;
import im.router.redis.Redis;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The relay as a process has it, with real servers. */
@EnabledIf("im.servers.Requirement#cluster")
class RelayServerIT {
    /** Only what never happens is waited for so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final ConversationKey CHAT = ConversationKey.direct("ann", "bob");

    @TempDir
    private Path folder;

    private final String unique = UUID.randomUUID().toString();
    private final int topics = ThreadLocalRandom.current().nextInt(2, 10_000);
    private final HttpClient client = HttpClient.newHttpClient();
    private final OpenParts parts = new OpenParts();

    private NodeConfig config(String... more) throws Exception {
        Map<String, String> settings = new TreeMap<>();
        settings.put("dev", "true");
        settings.put("data", folder.resolve("relay").toString());
        settings.put("node", "relay-1");
        settings.put("listen.admin-port", "0");
        settings.put("startup.timeout", "2m");
        settings.put("registry.lease", "30s");
        settings.put("etcd.endpoints", "http://" + Servers.etcd());
        settings.put("etcd.prefix", "/it/" + unique + "/");
        settings.put("redis.uris", "redis://" + Servers.redis());
        settings.put("redis.prefix", unique + ":");
        settings.put("kafka.bootstrap", Servers.kafka().toString());
        settings.put("kafka.topic-number", Integer.toString(topics));
        settings.put("kafka.partitions", "4");
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        List<Flag> flags = settings.entrySet().stream()
                .map(each -> new Flag(each.getKey(), each.getValue(), "test"))
                .toList();
        return ConfigLoader.loadForNode(null, Map.of(), flags, folder).config();
    }

    private RelayServer start(NodeConfig config) throws CannotStart {
        RelayServer server = RelayServer.start(config);
        parts.add("relay", server::stop);
        return server;
    }

    private HttpResponse<String> get(RelayServer server, String path) throws Exception {
        String url = server.line().substring("admin=".length()) + path;
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private KafkaLog kafka(NodeConfig config, SimpleMeterRegistry metrics) throws CannotStart {
        return parts.add(
                "kafka",
                ClusterSetup.kafka(
                        config.cluster(), config.retention(), config.dedupeWindow(), KafkaQueue.DEFAULT, metrics));
    }

    private static void append(MessageLog log, long id) throws Exception {
        CompletableFuture<List<AppendOutcome>> answer = new CompletableFuture<>();
        AppendRequest request = new AppendRequest(
                CHAT, "ann", new MessageId(0x7000, id), new byte[16], System.currentTimeMillis(), new byte[] {1});
        log.append(List.of(request), Runnable::run, answer::complete);
        assertThat(answer.get(60, TimeUnit.SECONDS)).hasOnlyElementsOfType(AppendOutcome.Accepted.class);
    }

    private static long head(RedisConversationStore store) throws Exception {
        CompletableFuture<ReadResult<Long>> answer = new CompletableFuture<>();
        store.head(CHAT, Runnable::run, answer::complete);
        return answer.get(60, TimeUnit.SECONDS) instanceof ReadResult.Ok<Long> ok ? ok.value() : -1;
    }

    @AfterEach
    void close() {
        parts.close();
    }

    @Test
    void whatTheLogTakesIsInTheStoreAndARelayThatStopsHasCommittedIt() throws Exception {
        NodeConfig config = config();
        SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        KafkaLog kafka = kafka(config, metrics);
        Redis redis = parts.add("redis", ClusterSetup.redis(config.cluster(), metrics));
        RedisConversationStore store = new RedisConversationStore(redis, new Partitions(4));
        MessageLog log = kafka.messages();
        RelayServer first = start(config);
        append(log, 1);
        await().atMost(PATIENCE).until(() -> head(store) > 0);
        await().atMost(PATIENCE).until(() -> get(first, "/readyz").statusCode() == 200);
        // Counted when Redis has answered, after the store shows it.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(first, "/metrics").body())
                        .contains("im_relay_applied_total 1.0")
                        .contains("im_relay_lag_records{partition="));
        long head = head(store);
        String line = first.line();
        first.stop();

        append(log, 2);
        RelayServer second = start(config);

        assertThat(second.line()).isEqualTo(line);
        await().atMost(PATIENCE).until(() -> head(store) > head);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(get(second, "/metrics").body()).contains("im_relay_applied_total 1.0"));
    }

    @Test
    void aRedisThatStandsStillIsAskedAgainWhoseViewsItHas() throws Exception {
        try (RedisServer server = RedisServer.start(Servers.temporaryFolder("still"), ServerOptions.defaults())) {
            NodeConfig config = config("redis.uris", "redis://" + server.address(), "redis.timeout", "100ms");
            SimpleMeterRegistry metrics = new SimpleMeterRegistry();
            KafkaLog kafka = kafka(config, metrics);
            Redis redis = parts.add("redis", ClusterSetup.redis(config.cluster(), metrics));
            server.pause();
            CompletableFuture<Void> resumed = CompletableFuture.runAsync(
                    server::resume, CompletableFuture.delayedExecutor(500, TimeUnit.MILLISECONDS));

            ClusterSetup.requireViewsOf(kafka, redis, config.cluster());
            resumed.join();
        }
    }

    @Test
    void withoutRedisItSaysWhyItCannotStart() {
        assertThatThrownBy(() -> RelayServer.start(config("redis.uris", "redis://127.0.0.1:1")))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("127.0.0.1:1");
    }
}
