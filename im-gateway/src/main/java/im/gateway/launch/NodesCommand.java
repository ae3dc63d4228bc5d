package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.config.NodeConfig;
import im.gateway.dispatch.NodesPage;
import im.gateway.logging.LogOutput;
import im.router.NodeRegistry;
import im.router.Nodes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "nodes",
        description =
                "Lists the live nodes of a cluster, asked of a router's admin port or else of the registry itself.",
        footer = "Exit codes: 0 done, 4 nobody answers.")
final class NodesCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Option(names = "--admin", paramLabel = "URL", description = "A router's admin address, http://host:port.")
    private @Nullable URI admin;

    @Option(names = "--json", description = "As the router's page gives it.")
    private boolean json;

    @Override
    public Integer call() throws ConfigException, CannotStart, InterruptedException {
        JsonObject page = admin == null ? fromRegistry(options.loadForNode().config()) : fromRouter(admin);
        if (json) {
            System.out.println(page.encode());
        } else {
            NodesPage.table(page).forEach(System.out::println);
        }
        return ExitCode.DONE;
    }

    private static JsonObject fromRouter(URI admin) throws CannotStart, InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(admin.resolve("/v1/nodes"))
                    .timeout(PATIENCE)
                    .build();
            HttpResponse<String> answer = HttpClient.newBuilder()
                    .connectTimeout(PATIENCE)
                    .build()
                    .send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new CannotStart(admin + " answers " + answer.statusCode() + ": it is no router's admin port");
            }
            return new JsonObject(answer.body());
        } catch (IOException | DecodeException | IllegalArgumentException e) {
            throw new CannotStart(admin + " does not tell the nodes: " + e.getMessage(), e);
        }
    }

    private static JsonObject fromRegistry(NodeConfig config) throws CannotStart, InterruptedException {
        LogOutput.apply(config.logging());
        Duration patience = config.cluster().startupTimeout();
        OpenParts parts = new OpenParts();
        try {
            NodeRegistry registry = NodeRegistries.open(config.cluster(), parts, new SimpleMeterRegistry());
            CompletableFuture<Nodes> heard = new CompletableFuture<>();
            registry.watch(nodes -> {
                if (nodes.revision() > 0) {
                    heard.complete(nodes);
                }
            });
            var unused = heard.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return NodesPage.of(registry);
        } catch (TimeoutException e) {
            throw new CannotStart("the registry does not tell the nodes within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new CannotStart(String.valueOf(e.getMessage()), e);
        } finally {
            parts.close();
        }
    }
}
