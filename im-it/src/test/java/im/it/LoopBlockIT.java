package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.connection.LoopBlock;
import im.testkit.history.Start;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.server.AdminPages;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One of two event loops stands still for a while, again and again, with traffic on both. */
class LoopBlockIT {
    private static final int APPS = 6;

    /** A client gives its gateway 9 s to answer, three times as long as a loop stands still. */
    @RegisterExtension
    static final TestServer SERVER = new TestServer(spec ->
            spec.set("session.heartbeat", "30s").set("io.threads", "2").property(LoopBlock.PROPERTY, "3000/5000"));

    @Test
    void aBlockedLoopIsReportedWhileTheOtherGoesOnAndNobodyLosesTheConnection() {
        AdminPages admin = SERVER.process().adminPages();
        try (Stage stage = new Stage(SERVER.process(), true, Stage.chooseSeed())) {
            for (int i = 0; i < APPS; i++) {
                stage.app(stage.uid("u" + i), "phone", Start.NEW_FROM_FIRST_HELD)
                        .connect();
            }
            stage.awaitLive(stage.apps());
            try (Traffic traffic = new Traffic(stage, stage.apps(), 250, 100)) {
                Stage.await(() -> wentOnMeanwhile(admin, traffic), "messages accepted beside a blocked loop");
                traffic.awaitTotal(1_000);
                traffic.stop();
            }
            Judged.clean(stage, "blocked loop");

            assertThat(admin.metric("im_gateway_loop_blocks_total")).isPositive();
            assertThat(SERVER.process().logTail()).contains("event loop is blocked", "event loop turns again");
            Judged.connectionsStayed(stage.apps());
        }
    }

    /** Whether the watchdog said blocked before and after the same few messages were accepted. */
    private static boolean wentOnMeanwhile(AdminPages admin, Traffic traffic) {
        Stage.await(() -> admin.metric("im_gateway_loops_blocked") > 0, "the watchdog's word");
        double blocks = admin.metric("im_gateway_loop_blocks_total");
        traffic.awaitMore(20);
        return admin.metric("im_gateway_loops_blocked") > 0 && admin.metric("im_gateway_loop_blocks_total") == blocks;
    }
}
