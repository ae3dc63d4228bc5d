package im.it.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.config.ConfigLoader;
import im.gateway.config.LoadedConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The files that containers are made from, as far as they can be judged without an engine. */
class DeployFilesTest {
    private static final Path DEPLOY = SourceTree.root().resolve("deploy");
    private static final Set<String> OURS = Set.of("gateway", "relay", "router");

    @Test
    void everyServiceOfOursRunsACommandThatThereIsUnderVariablesThatNameKeys() throws Exception {
        JsonNode compose = YAMLMapper.builder().build().readTree(Files.readString(DEPLOY.resolve("compose.yaml")));
        Set<String> commands = new TreeSet<>();
        for (Map.Entry<String, JsonNode> service : compose.path("services").properties()) {
            JsonNode command = service.getValue().path("command");
            if (OURS.contains(command.path(0).asString(""))) {
                commands.add(command.path(0).asString());
                Map<String, String> environment = environment(compose, service.getValue());
                // Unknown ones would be warned of; wrong values would throw.
                LoadedConfig<?> loaded = command.path(0).asString().equals("gateway")
                        ? ConfigLoader.load(null, environment, List.of(), Path.of("/"))
                        : ConfigLoader.loadForNode(null, environment, List.of(), Path.of("/"));
                assertThat(loaded.warnings()).as(service.getKey()).isEmpty();
                assertThat(environment).containsKey("IM_NODE");
            }
        }
        assertThat(commands).isEqualTo(new TreeSet<>(OURS));
    }

    /** The parser leaves merge keys and aliases to us: settings stand in {@code x-settings} once. */
    private static Map<String, String> environment(JsonNode compose, JsonNode service) {
        Map<String, String> variables = new HashMap<>();
        compose.path("x-settings")
                .properties()
                .forEach(e -> variables.put(e.getKey(), e.getValue().asString()));
        service.path("environment").properties().forEach(e -> {
            if (!e.getKey().equals("<<")) {
                variables.put(e.getKey(), e.getValue().asString());
            }
        });
        return variables;
    }

    @Test
    void whatTheImageTakesFromTheTreeIsThere() {
        assertThat(DEPLOY.resolve("Dockerfile")).content().contains("scripts/jdk.sh", "deploy/im");
        assertThat(DEPLOY.resolve("im")).isExecutable();
        assertThat(DEPLOY.resolve("haproxy.cfg")).exists();
    }
}
