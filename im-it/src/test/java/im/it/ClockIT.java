package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Ping;
import im.testkit.client.RawClient;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.net.TcpProxy.Direction;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Somebody sets the server's wall clock while it runs. Heartbeats, time-outs, order and the recognition of retries go by
 * elapsed time and do not notice. By libfaketime; its monotonic clock stays true, as a machine's does.
 */
class ClockIT {
    private static final String LIBRARY = "libfaketimeMT.so.1";

    @TempDir
    Path folder;

    @BeforeAll
    static void faketimeWorks() {
        Needs.working("faketime", "-f", "+1h", "date");
        Needs.working("test", "-e", library());
    }

    /** The environment of a process whose wall clock is so far from ours; nothing elapses faster for it. */
    static Map<String, String> apart(String offset) {
        return Map.of(
                "LD_PRELOAD",
                library(),
                "FAKETIME",
                offset,
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1");
    }

    @Test
    void anHourForwardAndBackInTheMiddleOfTrafficChangesNothing() {
        try (ServerProcess server = ServerProcess.start(spec());
                Stage stage = new Stage(server, true, Stage.chooseSeed())) {
            List<App> apps = Stream.of("ann", "bob", "cy")
                    .map(name -> stage.app(stage.uid(name), "phone", Start.NEW_FROM_FIRST_HELD)
                            .connect())
                    .toList();
            App careful = stage.app(stage.uid("careful"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            stage.awaitLive(stage.apps());
            try (Traffic traffic = new Traffic(stage, apps, 300, 100)) {
                traffic.awaitMore(200);
                for (String offset : List.of("+1h", "-1h", "+0")) {
                    Duration before = offset(server);
                    loseAnswers(stage, careful, () -> moveClock(offset));
                    Stage.await(
                            () -> offset(server).minus(before).abs().toMinutes() >= 59, "a clock that goes " + offset);
                    // A time-out that went by this clock would be over by now.
                    traffic.awaitMore(300);
                }
                traffic.stop();
            }
            Judged.clean(stage, "wall clock moved");

            Judged.connectionsStayed(apps);
            assertThat(careful.proxy().accepted())
                    .as("connections, one at least for each time that its answers were lost")
                    .isGreaterThanOrEqualTo(4);
        }
    }

    /** What is sent is sent again on the next connection, on the other side of the jump. */
    private static void loseAnswers(Stage stage, App app, Runnable meanwhile) {
        app.proxy().hold(Direction.TO_CLIENT);
        for (int i = 0; i < 5; i++) {
            app.send(app.uid(), "twice " + i);
        }
        Stage.let(Duration.ofMillis(200));
        meanwhile.run();
        app.proxy().cut();
        app.proxy().release();
        stage.awaitLive(List.of(app));
    }

    private ServerSpec spec() {
        moveClock("+0");
        return ServerSpec.in(folder)
                .holdingAll()
                .wrappedIn(
                        "env",
                        "LD_PRELOAD=" + library(),
                        "FAKETIME_TIMESTAMP_FILE=" + folder.resolve("clock"),
                        "FAKETIME_CACHE_DURATION=1",
                        "FAKETIME_DONT_FAKE_MONOTONIC=1",
                        "DONT_FAKE_MONOTONIC=1",
                        "FAKETIME_DONT_RESET=1");
    }

    private void moveClock(String offset) {
        try {
            Path next = folder.resolve("clock.next");
            Files.writeString(next, offset + "\n");
            Files.move(next, folder.resolve("clock"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How far the server's wall clock is ahead of ours. */
    private static Duration offset(ServerProcess server) {
        String uid = TestServer.uid("watch");
        try (RawClient watch = RawClient.welcomed(server.tcp(), server.tokens().of(uid), "wrist")) {
            watch.send(Frame.newBuilder()
                    .setRef(watch.nextRef())
                    .setPing(Ping.getDefaultInstance())
                    .build());
            long theirs = watch.await(BodyCase.PONG).getPong().getServerTimeMs();
            return Duration.ofMillis(theirs - System.currentTimeMillis());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String library() {
        return Stream.of(
                        "/usr/lib/x86_64-linux-gnu/faketime/",
                        "/usr/lib/aarch64-linux-gnu/faketime/",
                        "/usr/lib/faketime/")
                .map(where -> where + LIBRARY)
                .filter(file -> Files.exists(Path.of(file)))
                .findFirst()
                .orElse("no " + LIBRARY);
    }
}
