package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import im.testkit.client.RawClient;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.server.AdminPages;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two copies of one device, each of which connects five times a second and takes over from the other. */
@Tag("once")
class TakeoverStormIT {
    private static final int CONNECTS = 50;
    /** Those who are there all the while. */
    private static final int OTHERS = 2;

    private static final Duration BETWEEN = Duration.ofMillis(100);

    @RegisterExtension
    static final TestServer SERVER = new TestServer(
            // The copy that the breaker leaves in place says nothing for as long as the storm lasts.
            spec -> spec.holdingAll().set("session.heartbeat", "60s"));

    private final List<RawClient> copies = new ArrayList<>();

    @Test
    void aTakeoverStormIsBrokenAndNothingIsLostOrLeftBehind() throws IOException {
        AdminPages admin = SERVER.process().adminPages();
        try (Stage stage = new Stage(SERVER.process(), true, Stage.chooseSeed())) {
            App phone = stage.app(stage.uid("ann"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            App desk = stage.app(stage.uid("ann"), "desk", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            App bob = stage.app(stage.uid("bob"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            stage.awaitLive(stage.apps());
            phone.disconnect();
            awaitSessions(admin, OTHERS);
            try (Traffic traffic = new Traffic(stage, List.of(desk, bob), 300, 100)) {
                traffic.awaitMore(200);
                storm(phone.uid());
                traffic.awaitTotal(1_200);
                traffic.stop();
            }

            Stage.await(() -> ended() >= CONNECTS - 1, "closes of all but one");
            List<Close> closes = copies.stream()
                    .map(RawClient::closed)
                    .filter(Objects::nonNull)
                    .toList();
            assertThat(closes).as("closes by the breaker").anyMatch(close -> close.getCode() == 4429);
            assertThat(closes).as("closes").allMatch(close -> close.getCode() == 4409 || close.getCode() == 4429);
            assertThat(closes).as("closes, of %s connections", CONNECTS).hasSize(CONNECTS - 1);
            assertThat(copies)
                    .as("what a displaced or refused copy was told last")
                    .filteredOn(copy -> copy.closed() != null)
                    .allMatch(copy -> last(copy).hasClose());
            awaitSessions(admin, OTHERS + 1);
            Stage.await(() -> admin.metric("im_gateway_connections") == OTHERS + 1, "connections: one more");
            for (RawClient copy : copies) {
                copy.close();
            }
            awaitSessions(admin, OTHERS);

            Judged.clean(stage, "takeover storm");
        }
    }

    /** Each takes over with a larger attempt than the one before had. */
    private void storm(String uid) throws IOException {
        long attempt = System.currentTimeMillis() + 1_000;
        for (int i = 0; i < CONNECTS; i++) {
            RawClient copy = SERVER.connect(i % 2 == 0 ? Transport.WS : Transport.TCP);
            copies.add(copy);
            copy.send(Frame.newBuilder()
                    .setRef(copy.nextRef())
                    .setHello(RawClient.hello(SERVER.token(uid), "phone").setAttempt(attempt + i))
                    .build());
            Stage.await(
                    () -> copy.closed() != null || copy.inbox().stream().anyMatch(Frame::hasWelcome),
                    "an answer to Hello");
            Stage.let(BETWEEN);
        }
    }

    private long ended() {
        return copies.stream().filter(copy -> copy.closed() != null).count();
    }

    private static void awaitSessions(AdminPages admin, int expected) {
        Stage.await(() -> admin.metric("im_gateway_sessions") == expected, expected + " sessions, none left behind");
    }

    private static Frame last(RawClient copy) {
        List<Frame> inbox = copy.inbox();
        return inbox.get(inbox.size() - 1);
    }
}
