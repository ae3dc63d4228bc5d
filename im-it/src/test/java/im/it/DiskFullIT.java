package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import im.servers.Servers;
import im.testkit.client.RawClient;
import im.testkit.history.Start;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.server.AdminPages;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The disk fills up, or fails, in the middle of traffic: nothing is accepted any more and the server says why; after a
 * restart on a disk with room all that was accepted is there, and what was refused is accepted under the same ids.
 */
@Tag("once")
class DiskFullIT {

    private final Path folder = TestServer.newFolder();
    private final Path data = folder.resolve("data");
    private boolean mounted;

    @BeforeEach
    void mayMount() {
        Needs.permitted("sh", "-c", "mount -t tmpfs -o size=1m tmpfs " + folder + " && umount " + folder);
    }

    @AfterEach
    void unmount() {
        if (mounted) {
            var unused = Needs.run("umount", data.toString());
        }
        Servers.delete(folder);
    }

    /** @param mebibytes in the smaller one the log finds no room to grow, in the larger its first table does not */
    @ParameterizedTest
    @ValueSource(ints = {44, 72})
    void aFullDiskStopsAcceptingAndARestartWithRoomLosesNothing(int mebibytes) throws IOException {
        Files.createDirectories(data);
        assertThat(Needs.run("mount", "-t", "tmpfs", "-o", "size=" + mebibytes + "m", "tmpfs", data.toString()))
                .isEmpty();
        mounted = true;
        try (ServerProcess server = ServerProcess.start(spec().set("drain.timeout", "2s"))) {
            failAndRecover(server, "No space left on device", () -> {
                int ended = server.terminate();
                assertThat(ended).as("exit code").isZero();
                var unused = Needs.run("mount", "-o", "remount,size=512m", data.toString());
            });
        }
    }

    @ParameterizedTest
    @ValueSource(strings = "fdatasync")
    void aDiskThatFailsStopsAcceptingAndARestartOnAGoodOneLosesNothing(String call) throws IOException {
        Strace.needed();
        try (ServerProcess server = ServerProcess.prepare(spec())) {
            server.change(spec -> spec.wrappedIn(Strace.injecting(call, "error=EIO:when=300+")));
            server.start();
            server.change(spec -> spec.wrappedIn());
            failAndRecover(server, "Input/output error", server::kill9);
        }
    }

    private ServerSpec spec() {
        return ServerSpec.in(folder).holdingAll();
    }

    private static void failAndRecover(ServerProcess server, String why, Runnable repair) throws IOException {
        AdminPages admin = server.adminPages();
        try (Stage stage = new Stage(server, true, Stage.chooseSeed())) {
            for (String name : List.of("ann", "bob", "cy")) {
                stage.app(stage.uid(name), "phone", Start.NEW_FROM_FIRST_HELD).connect();
            }
            stage.awaitLive(stage.apps());
            // Before the traffic: a disk that is full or fails takes no new device.
            try (RawClient watch =
                            RawClient.welcomed(server.tcp(), server.tokens().of("watch"), "wrist");
                    Traffic traffic = new Traffic(stage, stage.apps(), 150, 48 * 1024)) {
                traffic.awaitMore(50);

                awaitStopped(admin, watch, traffic);

                assertThat(admin.ready().text()).contains("message-log", why);
                assertThat(admin.get("/livez").status()).isEqualTo(200);
                assertThat(refused(watch, "ann")).isEqualTo(Code.UNAVAILABLE);
                assertThat(refused(watch, "bob")).isEqualTo(Code.UNAVAILABLE);

                repair.run();
                server.start();
                traffic.awaitMore(400);
                traffic.awaitTotal(1_000);
                traffic.stop();
            }
            assertThat(server.adminPages().ready().status()).isEqualTo(200);
            Judged.clean(stage, "disk " + why.charAt(0));
        }
    }

    /** However long a disk takes to fill, while it does. */
    private static void awaitStopped(AdminPages admin, RawClient watch, Traffic traffic) {
        AtomicBoolean isStopped = new AtomicBoolean();
        while (!isStopped.get()) {
            long before = traffic.accepted();
            await("a server that is not ready, or more accepted")
                    .pollInterval(Duration.ofSeconds(1))
                    .until(() -> {
                        isStopped.set(stopped(admin, watch));
                        return isStopped.get() || traffic.accepted() > before;
                    });
        }
    }

    /** The watch stays alive meanwhile. */
    private static boolean stopped(AdminPages admin, RawClient watch) throws IOException {
        watch.send(Frame.newBuilder().setPing(Ping.getDefaultInstance()).build());
        return admin.ready().status() == 503;
    }

    private static Code refused(RawClient watch, String peer) throws IOException {
        return watch.sendAndAwait(watch.text(TestServer.messageId(), peer, "is anybody there"))
                .getCode();
    }
}
