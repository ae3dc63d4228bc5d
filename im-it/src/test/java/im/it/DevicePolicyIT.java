package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Frame.BodyCase;
import im.servers.Requirement;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.server.ClusterProcess;
import im.testkit.server.ClusterSpec;
import im.testkit.server.Deployment;
import im.testkit.server.Entrance;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which devices of a uid may be connected together, with one server and over two gateways. */
@Tag("once")
class DevicePolicyIT {
    private final String ann = TestServer.uid("ann");

    @Test
    void ofAllDevicesOnlyTheNewestStaysOnOneServer() {
        alone("one", this::onlyTheNewestStays);
    }

    @Test
    void ofEachPlatformTheNewestStaysOnOneServer() {
        alone("one-per-platform", this::ofEachPlatformTheNewestStays);
    }

    @ParameterizedTest
    @CsvSource({"redis,one", "etcd,one-per-platform"})
    void overTwoGatewaysItIsTheSame(String routes, String policy) {
        org.junit.jupiter.api.Assumptions.assumeTrue(Requirement.cluster(), "Redis, etcd and Kafka are not all here");
        Path folder = Servers.temporaryFolder("devices");
        try (ClusterProcess cluster = ClusterProcess.start(
                ClusterSpec.in(folder).set("session.devices", policy).set("registry.routes", routes))) {
            run(cluster, policy.equals("one") ? this::onlyTheNewestStays : this::ofEachPlatformTheNewestStays);
        }
    }

    private interface Scene {
        void play(Deployment deployment) throws IOException;
    }

    private void alone(String policy, Scene scene) {
        Path folder = TestServer.newFolder();
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder).set("session.devices", policy))) {
            run(server, scene);
        } finally {
            Servers.delete(folder);
        }
    }

    private static void run(Deployment deployment, Scene scene) {
        try {
            scene.play(deployment);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void onlyTheNewestStays(Deployment deployment) throws IOException {
        try (RawClient phone = connect(deployment, 0, "phone", "android");
                RawClient desk = connect(deployment, 1, "desk", "linux")) {
            assertDisplaced(phone);
            assertAlive(desk);
            try (RawClient again = connect(deployment, 0, "phone", "android");
                    RawClient other = connect(deployment, 1, "phone", "android")) {
                assertDisplaced(desk);
                assertDisplaced(again);
                assertAlive(other);
            }
        }
    }

    private void ofEachPlatformTheNewestStays(Deployment deployment) throws IOException {
        try (RawClient phone = connect(deployment, 0, "phone", "Android");
                RawClient desk = connect(deployment, 1, "desk", "linux");
                RawClient tablet = connect(deployment, 1, "tablet", "android")) {
            assertDisplaced(phone);
            assertAlive(desk);
            assertAlive(tablet);
            try (RawClient laptop = connect(deployment, 0, "laptop", "linux")) {
                assertDisplaced(desk);
                assertAlive(tablet);
                assertAlive(laptop);
            }
        }
    }

    private RawClient connect(Deployment deployment, int number, String device, String platform) throws IOException {
        List<Entrance> entrances = deployment.entrances();
        RawClient client = RawClient.welcomed(
                entrances.get(number % entrances.size()).tcp(),
                RawClient.hello(deployment.tokens().of(ann), device)
                        .setPlatform(platform)
                        .build());
        client.await(BodyCase.CAUGHT_UP);
        return client;
    }

    private static void assertDisplaced(RawClient client) {
        Close close = client.awaitClose();
        assertThat(close.getCode()).isEqualTo(4409);
        assertThat(close.getReconnect()).isFalse();
    }

    private static void assertAlive(RawClient client) throws IOException {
        assertThat(client.sendAndAwait(client.text(TestServer.messageId(), "nobody", "still here"))
                        .getCode())
                .isEqualTo(Code.OK);
    }
}
