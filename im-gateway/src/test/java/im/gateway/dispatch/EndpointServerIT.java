package im.gateway.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.admin.HttpListener;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeInfo.Load;
import im.router.NodeInfo.Role;
import im.router.Nodes;
import im.router.dispatch.ConsistentHash;
import im.router.dispatch.Dispatcher;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("once")
class EndpointServerIT {
    private static final int PER_SECOND = 100;

    private final AtomicReference<Nodes> nodes = new AtomicReference<>(Nodes.NONE);
    private final AtomicLong nanos = new AtomicLong();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpListener server = EndpointServer.start(
                    "127.0.0.1",
                    0,
                    new Dispatcher(nodes::get, new ConsistentHash()),
                    PER_SECOND,
                    nanos::get,
                    new Random(1),
                    meters)
            .toCompletableFuture()
            .join();

    @AfterEach
    void close() {
        server.close().toCompletableFuture().join();
    }

    private void gateways(int count) {
        Map<Long, NodeInfo> live = new HashMap<>();
        for (int i = 1; i <= count; i++) {
            Map<String, String> endpoints =
                    Map.of("ws", "ws://10.0.0." + i + ":8080/v1/ws", "tcp", "tcp://10.0.0." + i + ":9000");
            live.put(new NodeId(i, 1).packed(), new NodeInfo(Role.GATEWAY, "g-" + i, endpoints, Load.NONE, false));
        }
        nodes.set(new Nodes(live, count));
    }

    private HttpResponse<String> get(String query) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + EndpointServer.PATH + query);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private double counted(String outcome) {
        return meters.counter("im.router.requests", "outcome", outcome).count();
    }

    @Test
    void aClientIsToldAtMostThreeGatewaysWithBothAddresses() throws Exception {
        gateways(5);

        HttpResponse<String> answer = get("?uid=alice");

        assertThat(answer.statusCode()).isEqualTo(200);
        JsonArray endpoints = new JsonObject(answer.body()).getJsonArray("endpoints");
        assertThat(endpoints).hasSize(3);
        JsonObject first = endpoints.getJsonObject(0);
        String number = first.getString("node").substring("g-".length());
        assertThat(first.getString("ws")).isEqualTo("ws://10.0.0." + number + ":8080/v1/ws");
        assertThat(first.getString("tcp")).isEqualTo("tcp://10.0.0." + number + ":9000");
        assertThat(get("?uid=alice").body()).isEqualTo(answer.body());
        assertThat(counted("told")).isEqualTo(2);
    }

    @Test
    void onlyTheAddressesOfTheTransportAreToldWhenOneIsAskedFor() throws Exception {
        gateways(1);

        assertThat(get("?transport=tcp").body())
                .isEqualTo("{\"endpoints\":[{\"node\":\"g-1\",\"tcp\":\"tcp://10.0.0.1:9000\"}]}\n");
    }

    @Test
    void whileNoGatewayTakesClientsTheyAreToldWhenToComeBack() throws Exception {
        HttpResponse<String> answer = get("?uid=alice");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValueAsLong("Retry-After").orElse(0)).isBetween(1L, 4L);
        gateways(1);
        assertThat(get("?uid=alice").statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"?uid=", "?uid=a%20b", "?uid=a&uid=b", "?uid=%00", "?uid=a/b", "?transport=udp"})
    void whatIsNoUidOrNoTransportIsRefused(String query) throws Exception {
        gateways(1);

        HttpResponse<String> answer = get(query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(new JsonObject(answer.body()).getString("error")).contains("expected");
    }

    @Test
    void aUidOfSixtyFourIsTakenAndOneMoreIsNot() throws Exception {
        gateways(1);

        assertThat(get("?uid=" + "a".repeat(64)).statusCode()).isEqualTo(200);
        assertThat(get("?uid=" + "a".repeat(65)).statusCode()).isEqualTo(400);
    }

    @Test
    void aboveTheRateClientsAreSentAwayUntilTimeHasPassed() throws Exception {
        gateways(1);
        for (int i = 0; i < PER_SECOND; i++) {
            assertThat(get("").statusCode()).isEqualTo(200);
        }

        HttpResponse<String> answer = get("");
        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).isPresent();

        nanos.addAndGet(TimeUnit.SECONDS.toNanos(1) / PER_SECOND);
        assertThat(get("").statusCode()).isEqualTo(200);
        assertThat(get("").statusCode()).isEqualTo(429);
    }

    @Test
    void anyOtherPathIsNotThereAndNothingIsChanged() throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + EndpointServer.PATH);
        HttpRequest post = HttpRequest.newBuilder(uri)
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();

        assertThat(client.send(post, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(405);
        assertThat(client.send(
                                HttpRequest.newBuilder(uri.resolve("/v1/nodes")).build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(404);
    }
}
