package im.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdminServerIT {
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final HttpClient client = HttpClient.newHttpClient();
    private AdminServer server = start(0);

    private AdminServer start(int port) {
        List<HealthCheck> checks =
                List.of(new HealthCheck("always-well", () -> null), new HealthCheck("message-log", failure::get));
        return AdminServer.start("127.0.0.1", port, checks, metrics)
                .toCompletableFuture()
                .join();
    }

    @BeforeEach
    void count() {
        metrics.counter("im.gateway.things").increment();
    }

    @AfterEach
    void close() {
        server.close().toCompletableFuture().join();
        metrics.close();
    }

    @Test
    void aLiveProcessSaysSo() throws Exception {
        HttpResponse<String> answer = get("/livez");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"live\"}\n");
    }

    @Test
    void readinessFollowsTheChecksAndGivesTheReason() throws Exception {
        assertThat(get("/readyz").statusCode()).isEqualTo(200);

        failure.set("disk \"full\"");

        HttpResponse<String> answer = get("/readyz");
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body())
                .isEqualTo("{\"status\":\"not ready\",\"reasons\":{\"message-log\":\"disk \\\"full\\\"\"}}\n");

        failure.set(null);

        assertThat(get("/readyz").body()).isEqualTo("{\"status\":\"ready\"}\n");
    }

    @Test
    void metricsComeInTheFormThatIsAskedFor() throws Exception {
        HttpResponse<String> text = get("/metrics");
        HttpResponse<String> open = client.send(
                request("/metrics")
                        .header("Accept", "application/openmetrics-text")
                        .build(),
                BodyHandlers.ofString());

        assertThat(text.body()).contains("im_gateway_things_total 1.0\n").doesNotContain("# EOF");
        assertThat(text.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        assertThat(open.body()).endsWith("# EOF\n");
    }

    @Test
    void otherPathsAndMethodsAreRefused() throws Exception {
        HttpRequest post = request("/readyz")
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build();

        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/v1/ws").statusCode()).isEqualTo(404);
        assertThat(client.send(post, BodyHandlers.ofString()).statusCode()).isEqualTo(405);
        assertThat(get("/livez?" + "a".repeat(5_000)).statusCode()).isEqualTo(414);
    }

    @Test
    void aTakenPortFailsTheStartAndLeavesNothingRunning() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> start(other.getLocalPort()))
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("Address already in use");
        }
    }

    @Test
    void nothingIsWrittenToTheTempFolder() throws IOException {
        try (var files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(files.map(f -> f.getFileName().toString())).noneMatch(name -> name.startsWith("vertx-cache"));
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }
}
