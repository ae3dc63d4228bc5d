package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Ping;
import im.testkit.client.RawClient;
import im.testkit.history.Start;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A server that stands still, as a debugger, a hypervisor or a long collection makes it, with traffic all the while. */
class PauseIT {
    private static final Duration HEARTBEAT = Duration.ofSeconds(4);
    private static final int PATIENTS = 70;
    /** All that were sent meanwhile arrive at once, after two at the most: fewer than 16, which is too often. */
    private static final Duration PING = Duration.ofSeconds(1);

    @RegisterExtension
    static final TestServer SERVER =
            new TestServer(spec -> spec.holdingAll().set("session.heartbeat", HEARTBEAT.toSeconds() + "s"));

    @AfterEach
    void goOn() {
        SERVER.process().resume();
    }

    @Test
    void aPauseWithinTheHeartbeatCostsNoConnection() throws IOException {
        try (Stage stage = new Stage(SERVER.process(), true, Stage.chooseSeed());
                Traffic traffic = traffic(stage)) {
            traffic.awaitMore(300);
            for (int i = 0; i < 2; i++) {
                standStill(traffic, Duration.ofMillis(1_200), () -> {});
                traffic.awaitMore(400);
            }
            traffic.stop();
            Judged.clean(stage, "short pause");

            Judged.connectionsStayed(stage.apps());
        }
    }

    @Test
    void aPauseBeyondTheTimeoutEndsNoConnectionFromTheServersSide() throws IOException {
        List<RawClient> patients = new ArrayList<>();
        try (Stage stage = new Stage(SERVER.process(), true, Stage.chooseSeed());
                Traffic traffic = traffic(stage)) {
            traffic.awaitMore(300);
            // They say nothing until it stands still, but for what they say here, so they come last.
            for (int half = 0; half < 2; half++) {
                for (int i = 0; i < PATIENTS / 2; i++) {
                    patients.add(SERVER.raw(TestServer.uid("patient"), "phone"));
                }
                patients.forEach(PauseIT::ping);
                patients.forEach(patient -> patient.await(BodyCase.PONG));
            }

            int pings = standStill(traffic, HEARTBEAT.multipliedBy(3), () -> patients.forEach(PauseIT::ping));

            for (RawClient patient : patients) {
                for (int i = 0; i < pings; i++) {
                    patient.await(BodyCase.PONG);
                }
            }
            assertThat(patients)
                    .allSatisfy(patient -> assertThat(patient.inbox())
                            .as("what a client that waited was told")
                            .noneMatch(Frame::hasClose));
            traffic.awaitMore(700);
            traffic.stop();
            Judged.clean(stage, "long pause");
            assertThat(stage.apps())
                    .as("apps that saw a dead server and came back")
                    .allSatisfy(app -> assertThat(app.disconnections()).isPositive());
        } finally {
            for (RawClient patient : patients) {
                patient.close();
            }
        }
    }

    private static Traffic traffic(Stage stage) {
        for (String name : List.of("ann", "bob", "cy")) {
            stage.app(stage.uid(name), "phone", Start.NEW_FROM_FIRST_HELD).connect();
        }
        stage.awaitLive(stage.apps());
        return new Traffic(stage, stage.apps(), 300, 100);
    }

    /** Stops the server for so long; how often the other thing was done meanwhile, one {@link #PING} apart. */
    private static int standStill(Traffic traffic, Duration howLong, Runnable meanwhile) throws IOException {
        int done = 0;
        SERVER.process().pause();
        assertThat(state()).as("state of the process").isEqualTo("T");
        long sent = traffic.sent();
        for (Duration left = howLong; !left.isNegative(); left = left.minus(PING)) {
            meanwhile.run();
            done++;
            Stage.let(left.compareTo(PING) < 0 ? left : PING);
        }
        assertThat(traffic.accepted()).as("accepted while nobody was there").isLessThanOrEqualTo(sent);
        SERVER.process().resume();
        return done;
    }

    private static String state() throws IOException {
        String stat =
                Files.readString(Path.of("/proc", Long.toString(SERVER.process().pid()), "stat"));
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", 2)[0];
    }

    private static void ping(RawClient client) {
        try {
            client.send(Frame.newBuilder()
                    .setRef(client.nextRef())
                    .setPing(Ping.getDefaultInstance())
                    .build());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
