package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.testkit.checker.Verdict;
import im.testkit.client.RawClient;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM: clients are told, what is under way is finished, nothing is lost and nothing unknown. */
class DrainIT {
    @TempDir
    Path folder;

    @Test
    void aStopUnderTrafficLosesNothingAndLeavesNothingUnknown() {
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder).set("drain.timeout", "2s"));
                Stage stage = new Stage(server, true, Stage.chooseSeed())) {
            List<App> apps = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                apps.add(stage.app("u" + i, "phone", Start.NEW_FROM_FIRST_HELD).connect());
            }
            stage.awaitLive(apps);
            for (int i = 0; i < 1_200; i++) {
                apps.get(i % 4).send("u" + stage.random().nextInt(4), "under way " + i);
                if (i % 20 == 0) {
                    stage.pause(5);
                }
            }

            int exit = server.terminate();
            apps.forEach(app -> app.send("u0", "while it is down"));
            server.start();
            Verdict verdict = stage.settle();

            assertThat(exit).isZero();
            assertThat(verdict.clean()).as("%s", verdict).isTrue();
            assertThat(verdict.counts().unknown()).isZero();
            assertThat(verdict.counts().accepted()).isEqualTo(1_204);
        }
    }

    @Test
    void everySendBeforeTheEndIsAnsweredAndEverybodyIsToldToComeBack() throws IOException {
        // Half of it for clients to leave, which this one does not, and half for answers.
        ServerSpec spec = ServerSpec.in(folder).set("drain.timeout", "16s");
        try (ServerProcess server = ServerProcess.start(spec);
                RawClient client =
                        RawClient.welcomed(server.ws(), server.tokens().of("ann"), "phone")) {
            client.await(BodyCase.CAUGHT_UP);
            List<Frame> sends = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                sends.add(client.text(TestServer.messageId(), "bob", "under way " + i));
            }
            client.sendTogether(sends);

            int exit = server.terminate();

            assertThat(exit).isZero();
            assertThat(client.await(BodyCase.GO_AWAY).getGoAway().getReconnectAfterMs())
                    .isBetween(0, 8_000);
            assertThat(client.awaitClose().getReconnect()).isTrue();
            assertThat(sends)
                    .allSatisfy(send ->
                            assertThat(client.result(send.getRef()).getCode()).isEqualTo(Code.OK));
        }
    }
}
