package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.server.AdminPages;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One reader that takes little, and much that waits for it. */
class SlowReaderIT {
    private static final int BACKLOG = 10_000;
    private static final int PAYLOAD_BYTES = 4 * 1024;
    private static final int SLOW_BYTES_PER_SECOND = 16 * 1024;

    /** It may use less memory than the backlog is large: 40 MiB. A machine that is busy for seconds ends no connection. */
    @RegisterExtension
    static final TestServer SERVER = new TestServer(spec -> spec.holdingAll()
            .set("session.loop-outbound-bytes", "2MiB")
            .set("session.heartbeat", "60s")
            .flags("-Xmx64m", "-XX:MaxDirectMemorySize=24m"));

    @Test
    void aBacklogOfTenThousandWaitsInTheStoreAndHarmsNobody() {
        AdminPages admin = SERVER.process().adminPages();
        try (Stage stage = new Stage(SERVER.process(), true, Stage.chooseSeed())) {
            App slow = stage.app(stage.uid("slow"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            List<App> writers = Stream.of("w0", "w1", "w2", "w3")
                    .map(name -> stage.app(stage.uid(name), "phone", Start.NEW_FROM_HEADS)
                            .connect())
                    .toList();
            List<App> others = Stream.of("ann", "bob")
                    .map(name -> stage.app(stage.uid(name), "phone", Start.NEW_FROM_FIRST_HELD)
                            .connect())
                    .toList();
            stage.awaitLive(stage.apps());
            double lagging = admin.metric("im_gateway_lagging_total");
            slow.proxy().rate(SLOW_BYTES_PER_SECOND);
            try (Traffic traffic = new Traffic(stage, others, 100, 100)) {
                write(writers, slow.uid());

                Stage.await(() -> admin.metric("im_gateway_lagging_total") > lagging, "a session that lags");
                long before = others.get(0).received() + others.get(1).received();
                traffic.awaitMore(300);
                Stage.await(
                        () -> others.get(0).received() + others.get(1).received() - before > 250,
                        "messages that others were given meanwhile");
                assertThat(slow.received())
                        .as("messages that the slow one has by then")
                        .isLessThan(BACKLOG / 2);
                traffic.stop();
            }
            slow.proxy().calm();
            Stage.await(
                    () -> {
                        Stage.let(Duration.ofMillis(200));
                        return slow.received() >= BACKLOG;
                    },
                    "the backlog caught up");
            Judged.clean(stage, "slow reader", BACKLOG);

            Judged.connectionsStayed(stage.apps());
        }
    }

    /** All of it accepted. */
    private static void write(List<App> writers, String slow) {
        for (int i = 0; i < BACKLOG; i++) {
            App writer = writers.get(i % writers.size());
            if (i % 16 == 0) {
                Stage.await(() -> writer.client().unsettled() < 100, "answers to what was written");
            }
            writer.send(slow, new byte[PAYLOAD_BYTES]);
        }
        Stage.await(
                () -> writers.stream().allMatch(writer -> writer.client().unsettled() == 0), "the backlog accepted");
    }
}
