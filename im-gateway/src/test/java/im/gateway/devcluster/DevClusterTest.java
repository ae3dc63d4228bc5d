package im.gateway.devcluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.gateway.config.ConfigLoader;
import im.gateway.config.ConfigLoader.Flag;
import im.servers.ChildProcess;
import im.servers.Lifetime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DevClusterTest {
    @TempDir
    private Path path;

    private final ClusterPlan plan = ClusterPlan.choose(2, 1, true, Map.of(), Map.of("session.heartbeat", "3s"));

    @Test
    void everyListenerHasAPortOfItsOwn() {
        assertThat(new HashSet<>(plan.ports().values()))
                .hasSameSizeAs(plan.ports().values());
    }

    @Test
    void aLargerClusterKeepsThePortsOfTheSmallerOne() {
        ClusterPlan larger = ClusterPlan.choose(3, 2, false, plan.ports(), Map.of());
        assertThat(larger.ports()).containsAllEntriesOf(plan.ports());
        assertThat(larger.endpoints()).hasSize(3).startsWith(plan.endpoints().get(0));
    }

    @Test
    void clientsAreSentToTheBalancerOrElseToTheFirstGateway() {
        assertThat(plan.url()).isEqualTo("ws://" + plan.address("haproxy.ws") + "/v1/ws");
        ClusterPlan without = ClusterPlan.choose(2, 1, false, plan.ports(), Map.of());
        assertThat(without.url()).isEqualTo(without.endpoints().get(0));
    }

    @ParameterizedTest
    @EnumSource(Role.class)
    void everyProcessIsStartedWithKeysThatExistAndValuesThatAreValid(Role role) throws Exception {
        ClusterFolder folder = new ClusterFolder(path);
        List<String> arguments = new NodeSettings(folder, plan).arguments(role, role.name(1));
        assertThat(arguments).startsWith(role.command, "--dev", "--data");
        List<Flag> flags = new ArrayList<>(List.of(new Flag("dev", "true", "--dev")));
        for (int i = 4; i < arguments.size(); i += 2) {
            assertThat(arguments.get(i)).isEqualTo("--set");
            String[] setting = arguments.get(i + 1).split("=", 2);
            flags.add(new Flag(setting[0], setting[1], "--set"));
        }
        if (role == Role.GATEWAY) {
            assertThat(ConfigLoader.load(null, Map.of(), flags, path).warnings())
                    .isEmpty();
        } else {
            assertThat(ConfigLoader.loadForNode(null, Map.of(), flags, path).warnings())
                    .isEmpty();
        }
    }

    @Test
    void whatWasWrittenDownIsReadAgain() throws Exception {
        ClusterFolder folder = new ClusterFolder(path);
        folder.write(plan, Map.of("gateway-1", new ChildProcess(4711, 1234)));
        assertThat(folder.read())
                .contains(new ClusterFolder.Saved(
                        1, plan, new TreeMap<>(Map.of("gateway-1", new ChildProcess(4711, 1234)))));
    }

    @Test
    void ofAFolderWithoutAClusterAllThatIsAskedFails() {
        DevCluster cluster = cluster();
        assertThatThrownBy(cluster::status).hasMessageContaining("no cluster was ever started in " + path);
        assertThatThrownBy(cluster::stop).hasMessageContaining("no cluster was ever started");
        assertThatThrownBy(() -> cluster.kill("redis")).hasMessageContaining("no cluster was ever started");
    }

    @Test
    void aFileThatCannotBeUnderstoodIsNamed() throws Exception {
        Files.writeString(path.resolve("cluster.json"), "{\"schema\":");
        assertThatThrownBy(() -> cluster().status()).hasMessageContaining("cluster.json cannot be understood");
    }

    @Test
    void aNameThatNoProcessHasIsAnsweredWithThoseThereAre() throws Exception {
        new ClusterFolder(path).write(plan, Map.of());
        assertThatThrownBy(() -> cluster().kill("gateway-9"))
                .hasMessageContaining("gateway-9")
                .hasMessageContaining("kafka, redis, etcd, gateway-1, gateway-2, relay-1, router-1, haproxy");
    }

    @Test
    void aServerThatIsElsewhereIsNoneOfItsProcesses() throws Exception {
        Map<String, String> elsewhere =
                Map.of("kafka.bootstrap", "kafka.example:9092", "redis.uris", "redis://example");
        new ClusterFolder(path).write(ClusterPlan.choose(1, 1, false, Map.of(), elsewhere), Map.of());
        assertThatThrownBy(() -> cluster().kill("redis")).hasMessageEndingWith(" etcd, gateway-1, relay-1, router-1");
        assertThat(cluster().status().json())
                .doesNotContain("redis_port", "kafka_port", "\"redis\"", "\"kafka\"")
                .contains("etcd_port");
    }

    @Test
    void aClusterOfWhichAProcessLivesIsNotStartedAgain() throws Exception {
        ProcessHandle self = ProcessHandle.current();
        ChildProcess alive = new ChildProcess(
                self.pid(), self.info().startInstant().orElseThrow().toEpochMilli());
        new ClusterFolder(path).write(plan, Map.of("relay-1", alive));
        assertThatThrownBy(() ->
                        cluster().start(new DevCluster.Wanted(Optional.empty(), Optional.empty(), true, Map.of())))
                .hasMessageContaining("runs already (relay-1 pid " + self.pid());
    }

    @Test
    void statusHasTheKeysThatScriptsRead() throws Exception {
        new ClusterFolder(path).write(plan, Map.of());
        String json = cluster().status().json();
        assertThat(json)
                .contains("\"url\":\"ws://127.0.0.1:")
                .contains("\"endpoints\":[\"ws://")
                .contains("\"redis_port\":" + plan.port("redis"))
                .contains("\"kafka_port\":" + plan.port("kafka"))
                .contains("\"etcd_port\":" + plan.port("etcd"))
                .contains("{\"name\":\"gateway-1\",\"pid\":null,\"state\":\"dead\"");
    }

    private DevCluster cluster() {
        return new DevCluster(path, new DevCluster.Options(Lifetime.THIS_JVM, List.of()));
    }
}
