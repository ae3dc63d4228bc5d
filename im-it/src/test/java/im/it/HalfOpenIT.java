package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.client.SendOutcome;
import im.protocol.v1.Close;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Welcome;
import im.testkit.checker.Verdict;
import im.testkit.client.RawClient;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.net.TcpProxy;
import im.testkit.net.TcpProxy.Direction;
import im.testkit.server.AdminPages;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection that looks open and is dead is seen by whoever waits, and nothing is lost over it. */
class HalfOpenIT {
    /** Its ends are waited for; a busy machine has 0.3 of it for an answer to a ping. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(2);

    @RegisterExtension
    static final TestServer SERVER =
            new TestServer(spec -> spec.holdingAll().set("session.heartbeat", HEARTBEAT.toSeconds() + "s"));

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            mode = EnumSource.Mode.EXCLUDE,
            names = {"POLL", "POLL_JSON"})
    void aClientThatSaysNothingIsClosedAfterTwoAndAHalfHeartbeats(Transport transport) throws IOException {
        try (RawClient silent = SERVER.connect(transport)) {
            long began = System.nanoTime();
            String token = SERVER.token(TestServer.uid("ann"));
            Welcome welcome = silent.handshake(RawClient.hello(token, "phone").build());
            assertThat(welcome.getHeartbeatMs()).isEqualTo((int) HEARTBEAT.toMillis());

            Close close = silent.awaitClose();

            assertThat(close.getCode()).isEqualTo(4408);
            assertThat(close.getReconnect()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(HEARTBEAT.multipliedBy(2));
        }
    }

    @ParameterizedTest
    @EnumSource(Direction.class)
    void anAppWhoseConnectionIsDeadOneWayComesBackAndItsSendIsAcceptedOnce(Direction dead) throws Exception {
        try (Stage stage = new Stage(SERVER.process(), true, Stage.chooseSeed())) {
            App ann = stage.app(stage.uid("ann"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            App bob = stage.app(stage.uid("bob"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            stage.awaitLive(stage.apps());

            long before = ann.disconnections();
            ann.proxy().hold(dead);
            CompletableFuture<SendOutcome> outcome = ann.send(bob.uid(), "into a dead connection");
            CompletableFuture<SendOutcome> other = bob.send(ann.uid(), "from a live one");
            Stage.await(() -> ann.disconnections() > before, "the dead connection given up");
            ann.proxy().release();
            Verdict verdict = stage.settle();

            assertThat(outcome.get(1, TimeUnit.SECONDS)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(other.get(1, TimeUnit.SECONDS)).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(verdict.clean()).as("%s", verdict).isTrue();
            assertThat(verdict.counts().callbacks()).isEqualTo(4);
        }
    }

    /** Which ways of a connection lead nowhere any more. */
    private enum Forgotten {
        BOTH(Direction.TO_SERVER, Direction.TO_CLIENT),
        TO_SERVER(Direction.TO_SERVER),
        TO_CLIENT(Direction.TO_CLIENT);

        @SuppressWarnings("ImmutableEnumChecker")
        final Direction[] ways;

        Forgotten(Direction... ways) {
            this.ways = ways;
        }
    }

    @ParameterizedTest
    @EnumSource(Forgotten.class)
    void inTheMiddleOfTrafficAConnectionThatARouterForgotIsReplacedAndNothingIsLost(Forgotten forgotten) {
        try (Stage stage = new Stage(SERVER.process(), true, Stage.chooseSeed())) {
            App ann = stage.app(stage.uid("ann"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            stage.app(stage.uid("bob"), "phone", Start.NEW_FROM_FIRST_HELD).connect();
            stage.awaitLive(stage.apps());
            try (Traffic traffic = new Traffic(stage, stage.apps(), 300, 100)) {
                traffic.awaitMore(300);

                stage.awaitLive(List.of(ann));
                long before = ann.disconnections();
                ann.proxy().blackHole(forgotten.ways);
                Stage.await(() -> ann.disconnections() > before, "the dead connection given up");
                stage.awaitLive(List.of(ann));
                traffic.awaitMore(700);
                traffic.stop();
            }
            Judged.clean(stage, "half open " + forgotten);

            assertThat(ann.proxy().swallowed()).as("bytes that went nowhere").isPositive();
            assertThat(ann.proxy().accepted()).as("connections it took").isGreaterThan(1);
        }
    }

    @Test
    void aForgottenConnectionWhoseClientNeverComesBackIsEndedByTheServerAlone() throws IOException {
        AdminPages admin = SERVER.process().adminPages();
        String uid = TestServer.uid("gone");
        double before = timeouts(admin);
        try (Stage stage = new Stage(SERVER.process(), false, Stage.chooseSeed());
                TcpProxy proxy =
                        TcpProxy.to(() -> ServerProcess.address(SERVER.process().tcp()))) {
            App sender = stage.app(stage.uid("sender"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            stage.awaitLive(stage.apps());
            try (RawClient gone =
                    RawClient.welcomed(URI.create("tcp://127.0.0.1:" + proxy.port()), SERVER.token(uid), "phone")) {
                gone.await(BodyCase.CAUGHT_UP);

                proxy.blackHole(Direction.TO_SERVER, Direction.TO_CLIENT);
                for (int i = 0; i < 10; i++) {
                    sender.send(uid, "into the void");
                }

                Stage.await(() -> sender.client().unsettled() == 0, "all accepted");
                Stage.await(() -> timeouts(admin) > before, "the dead client seen");
            }
            try (RawClient back = SERVER.raw(uid, "phone")) {
                back.await(frame -> frame.getDeliver().getPlacedCount() > 0, "what went into the void");
            }
        }
    }

    private static double timeouts(AdminPages admin) {
        return admin.metric("im_gateway_closes_total", "reason=\"timeout\"");
    }

    @Test
    void aSlowNetworkIsNoDeadOne(@TempDir Path folder) {
        ServerSpec spec = ServerSpec.in(folder).holdingAll().set("session.heartbeat", "6s");
        try (ServerProcess server = ServerProcess.start(spec);
                Stage stage = new Stage(server, false, Stage.chooseSeed())) {
            App ann = stage.app(stage.uid("ann"), "phone", Start.NEW_FROM_FIRST_HELD);
            ann.proxy().delay(Duration.ofMillis(500));
            ann.connect();
            stage.awaitLive(stage.apps());
            for (int i = 0; i < 30; i++) {
                ann.send(ann.uid(), "slowly " + i);
                stage.pause(600);
            }
            Verdict verdict = stage.settle();

            assertThat(verdict.clean()).as("%s", verdict).isTrue();
            assertThat(ann.proxy().accepted()).as("connections it took").isEqualTo(1);
        }
    }
}
