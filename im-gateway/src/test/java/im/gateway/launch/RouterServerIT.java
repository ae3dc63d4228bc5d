package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.gateway.config.ConfigLoader;
import im.gateway.config.ConfigLoader.Flag;
import im.gateway.config.NodeConfig;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.NodeRegistry;
import im.router.NodeRegistry.LeaseListener;
import im.servers.Servers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The router as a whole, with a real etcd. */
@Tag("once")
@EnabledIf("im.servers.Requirement#etcd")
class RouterServerIT {
    /** Only what never happens is waited for so long. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private final String prefix = "/it/" + UUID.randomUUID() + "/";
    private final HttpClient client = HttpClient.newHttpClient();
    private final OpenParts parts = new OpenParts();

    private NodeConfig config(String... more) throws Exception {
        Map<String, String> settings = new TreeMap<>();
        settings.put("dev", "true");
        settings.put("data", folder.resolve("router").toString());
        settings.put("node", "router-1");
        settings.put("router.port", "0");
        settings.put("listen.admin-port", "0");
        settings.put("startup.timeout", "2m");
        settings.put("registry.lease", "15s");
        settings.put("etcd.endpoints", "http://" + Servers.etcd());
        settings.put("etcd.prefix", prefix);
        for (int i = 0; i < more.length; i += 2) {
            settings.put(more[i], more[i + 1]);
        }
        List<Flag> flags = settings.entrySet().stream()
                .map(each -> new Flag(each.getKey(), each.getValue(), "test"))
                .toList();
        return ConfigLoader.loadForNode(null, Map.of(), flags, folder).config();
    }

    private RouterServer start(NodeConfig config) throws CannotStart {
        RouterServer server = RouterServer.start(config);
        parts.add("router", server::stop);
        return server;
    }

    private static String url(RouterServer server, String name) {
        return Objects.requireNonNull(server.endpoints().urls().get(name));
    }

    private HttpResponse<String> get(String url) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    }

    @AfterEach
    void close() {
        parts.close();
    }

    @Test
    void aGatewayThatJoinsIsToldAndOneThatDrainsIsNot() throws Exception {
        NodeConfig config = config();
        RouterServer router = start(config);
        String endpoint = url(router, "http") + "/v1/endpoint?uid=alice";
        assertThat(get(endpoint).statusCode()).isEqualTo(503);
        await().atMost(PATIENCE)
                .until(() -> get(url(router, "admin") + "/readyz").statusCode() == 200);
        AtomicBoolean draining = new AtomicBoolean();
        NodeRegistry gateway = NodeRegistries.open(config.cluster(), parts, new SimpleMeterRegistry());
        NodeRegistries.join(
                gateway,
                config.cluster(),
                () -> new NodeInfo(
                        Role.GATEWAY, "g-1", Map.of("ws", "ws://127.0.0.1:1/v1/ws"), Load.NONE, draining.get()),
                new Silent());

        await().atMost(PATIENCE).until(() -> get(endpoint).statusCode() == 200);
        assertThat(get(endpoint).body()).contains("ws://127.0.0.1:1/v1/ws");
        await().atMost(PATIENCE).untilAsserted(() -> {
            JsonObject nodes =
                    new JsonObject(get(url(router, "admin") + "/v1/nodes").body());
            assertThat(nodes.getString("registry")).isEqualTo("answers");
            assertThat(nodes.getJsonArray("nodes"))
                    .extracting(
                            node -> ((JsonObject) node).getString("role") + " " + ((JsonObject) node).getString("name"))
                    .containsExactly("gateway g-1", "router router-1");
            assertThat(get(url(router, "admin") + "/metrics").body()).contains("im_router_gateways 1");
        });

        draining.set(true);
        await().atMost(PATIENCE).until(() -> get(endpoint).statusCode() == 503);
    }

    @Test
    void aRouterThatStartsAgainOnItsFolderHasTheSamePortsAndItsNameBack() throws Exception {
        RouterServer first = start(config());
        String before = first.line();
        first.stop();

        RouterServer second = start(config());

        assertThat(second.line()).isEqualTo(before);
        assertThatThrownBy(() -> RouterServer.start(
                        config("data", folder.resolve("other").toString())))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("name");
    }

    @Test
    void withoutARegistryItSaysWhyItCannotStart() {
        assertThatThrownBy(() ->
                        RouterServer.start(config("etcd.endpoints", "http://127.0.0.1:1", "startup.timeout", "1s")))
                .isInstanceOf(CannotStart.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("cannot be reached");
    }

    /** Hears nothing. */
    private static final class Silent implements LeaseListener {
        @Override
        public void lapsed(NodeId id) {
            // Not asked here.
        }

        @Override
        public void renewed(NodeId id) {
            // Not asked here.
        }
    }
}
