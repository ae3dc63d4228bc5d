package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.testkit.client.RawClient;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is accepted is on the disk: a slow sync delays every OK, a failing one ends them. Faults by strace. */
class DiskIT {
    private static final Duration DELAY = Duration.ofMillis(200);

    @TempDir
    Path folder;

    @BeforeAll
    static void straceWorks() {
        Strace.needed();
    }

    @Test
    void everyOkWaitsForASlowDisk() throws IOException {
        try (ServerProcess server =
                        ServerProcess.start(traced("delay_enter=" + TimeUnit.MILLISECONDS.toMicros(DELAY.toMillis())));
                RawClient client =
                        RawClient.welcomed(server.tcp(), server.tokens().of("ann"), "phone")) {
            for (int i = 0; i < 5; i++) {
                long began = System.nanoTime();
                Code code = client.sendAndAwait(client.text(TestServer.messageId(), "bob", "slow " + i))
                        .getCode();

                assertThat(code).isEqualTo(Code.OK);
                assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThanOrEqualTo(DELAY);
            }
        }
    }

    @Test
    void nothingIsAcceptedOrDeliveredOnceASyncHasFailedAndTheServerSaysSo() throws Exception {
        // The first syncs let the server start and the device open; those after them fail.
        try (ServerProcess server = ServerProcess.start(traced("error=EIO:when=40+"));
                RawClient client =
                        RawClient.welcomed(server.tcp(), server.tokens().of("ann"), "phone")) {
            int oks = 0;
            Code code = Code.OK;
            while (code == Code.OK) {
                code = client.sendAndAwait(client.text(TestServer.messageId(), "ann", "to the disk"))
                        .getCode();
                oks += code == Code.OK ? 1 : 0;
                assertThat(oks).as("OKs although at most 40 syncs worked").isLessThanOrEqualTo(40);
            }

            assertThat(code).isIn(Code.UNKNOWN_OUTCOME, Code.UNAVAILABLE);
            List<Frame> more = List.of(
                    client.text(TestServer.messageId(), "bob", "later"),
                    client.text(TestServer.messageId(), "cy", "later"));
            for (Frame send : more) {
                assertThat(client.sendAndAwait(send).getCode()).isEqualTo(Code.UNAVAILABLE);
            }
            long delivered = client.inbox().stream()
                    .filter(Frame::hasDeliver)
                    .mapToLong(frame -> frame.getDeliver().getPlacedCount())
                    .sum();
            assertThat(delivered).as("deliveries").isLessThanOrEqualTo(oks);
            assertThat(status(server.admin(), "/readyz")).isEqualTo(503);
            assertThat(status(server.admin(), "/livez")).isEqualTo(200);
        }
    }

    private ServerSpec traced(String fault) {
        return ServerSpec.in(folder).wrappedIn(Strace.injecting("fdatasync", fault));
    }

    private static int status(URI admin, String path) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(admin.resolve(path)).timeout(PATIENCE).build();
        return HttpClient.newHttpClient()
                .send(request, BodyHandlers.discarding())
                .statusCode();
    }
}
