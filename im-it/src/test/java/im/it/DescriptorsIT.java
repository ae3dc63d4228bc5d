package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.testkit.client.RawClient;
import im.testkit.history.Start;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.server.AdminPages;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server whose file descriptors are used up: those who are there go on, it does not spin, and it recovers. */
class DescriptorsIT {
    private static final int LIMIT = 700;
    private static final String SOCKETS_REFUSED = "im_gateway_sockets_refused_total";
    private static final String ACCEPT_FAILURES = "im_gateway_accept_failures_total";

    @TempDir
    Path folder;

    private final List<Socket> crowd = new ArrayList<>();

    @BeforeAll
    static void prlimitWorks() {
        Needs.working("prlimit", "--version");
    }

    @AfterEach
    void disperse() throws IOException {
        for (Socket socket : crowd) {
            socket.close();
        }
        crowd.clear();
    }

    /** The store needs files of its own while the crowd is there: it fills several during this. */
    @Test
    void aCrowdIsRefusedBeforeItTakesTheStoresDescriptors() throws IOException {
        try (ServerProcess server =
                        ServerProcess.start(spec().wrappedIn("prlimit", "--nofile=" + LIMIT + ":" + LIMIT));
                Stage stage = stage(server)) {
            AdminPages admin = server.adminPages();
            try (Traffic traffic = new Traffic(stage, stage.apps(), 150, 48 * 1024)) {
                traffic.awaitMore(100);
                assertThat(admin.metric(SOCKETS_REFUSED)).isZero();
                crowd(server, LIMIT);
                Stage.await(() -> admin.metric(SOCKETS_REFUSED) > 0, "a socket that is refused");
                Stage.await(() -> admin.ready().status() == 503, "not ready");
                assertThat(admin.ready().text()).contains("sockets");

                traffic.awaitMore(1_000);

                assertThat(admin.metric(ACCEPT_FAILURES))
                        .as("accepts that failed")
                        .isZero();
                disperse();
                traffic.awaitMore(100);
                traffic.stop();
            }
            Stage.await(() -> admin.ready().status() == 200, "ready again");
            newcomer(server);
            Judged.clean(stage, "crowd");
        }
    }

    @Test
    void withoutAnyDescriptorLeftTheServerWaitsWithoutSpinningAndAcceptsAgain() throws IOException {
        try (ServerProcess server = ServerProcess.start(spec());
                Stage stage = stage(server)) {
            AdminPages admin = server.adminPages();
            // Here classes come from folders, and their files too need descriptors when they are loaded.
            newcomer(server);
            int used = (int) admin.metric("process_files_open_files");
            assertThat(admin.metric(ACCEPT_FAILURES)).isZero();
            long began;
            try (Traffic traffic = new Traffic(stage, stage.apps(), 300, 100)) {
                traffic.awaitMore(200);
                began = System.nanoTime();
                limit(server, used + 10);
                crowd(server, 60);
                Stage.await(() -> admin.metric(ACCEPT_FAILURES) > 0, "an accept that failed");

                traffic.awaitMore(800);

                double failures = admin.metric(ACCEPT_FAILURES);
                long quarters = Duration.ofNanos(System.nanoTime() - began).toMillis() / 250 + 1;
                assertThat(failures)
                        .as("failures, at most one in 250 ms and listener")
                        .isBetween(1.0, 2.0 * quarters);
                limit(server, 20_000);
                newcomer(server);
                disperse();
                traffic.awaitMore(100);
                traffic.stop();
            }
            Judged.clean(stage, "no descriptors");
            Judged.connectionsStayed(stage.apps());
        }
    }

    private ServerSpec spec() {
        // Whose connection ends meanwhile does not get in again.
        return ServerSpec.in(folder).holdingAll().set("session.handshake-timeout", "60s");
    }

    private static Stage stage(ServerProcess server) {
        Stage stage = new Stage(server, true, Stage.chooseSeed());
        for (String name : List.of("ann", "bob", "cy")) {
            stage.app(stage.uid(name), "phone", Start.NEW_FROM_FIRST_HELD).connect();
        }
        stage.awaitLive(stage.apps());
        return stage;
    }

    /** So many sockets that say nothing; the kernel accepts them even where the server does not. */
    private void crowd(ServerProcess server, int size) throws IOException {
        for (int i = 0; i < size; i++) {
            crowd.add(new Socket("127.0.0.1", (i % 2 == 0 ? server.tcp() : server.ws()).getPort()));
        }
    }

    private static void limit(ServerProcess server, int files) {
        var unused = Needs.run("prlimit", "--pid", Long.toString(server.pid()), "--nofile=" + files + ":20000");
    }

    private static void newcomer(ServerProcess server) throws IOException {
        String uid = TestServer.uid("newcomer");
        try (RawClient client = RawClient.welcomed(server.tcp(), server.tokens().of(uid), "phone")) {
            client.sendAndAwait(client.text(TestServer.messageId(), uid, "here"));
        }
    }
}
