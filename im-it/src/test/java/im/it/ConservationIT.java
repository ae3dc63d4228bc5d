package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.local.CheckReport;
import im.relay.local.FolderCheck;
import im.testkit.checker.Verdict;
import im.testkit.load.RandomWorkload;
import im.testkit.load.Stage;
import im.testkit.server.JavaRun.Ended;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server leaves behind, killed three times under traffic and once more at its end, agrees with itself. */
class ConservationIT {
    private static final Duration SETTLE = Duration.ofSeconds(1);

    @TempDir
    Path folder;

    @Test
    void theTotalsOfAServerThatWasKilledUnderTrafficAgreeWithWhatItHolds() throws IOException {
        ServerSpec spec = ServerSpec.in(folder).set("retention.messages", "40");
        try (ServerProcess server = ServerProcess.start(spec);
                Stage stage = new Stage(server, true, Stage.chooseSeed());
                Stage last = new Stage(server, true, Stage.chooseSeed())) {
            new RandomWorkload(stage, new RandomWorkload.Plan(4, 2, 1_200, true, 3)).run();
            // A slow machine has acknowledged nothing by then. What was truncated is missing, and leaves no verdict.
            Verdict unused = stage.settle(SETTLE);
            new RandomWorkload(last, new RandomWorkload.Plan(4, 2, 300, true, 0)).run();
            server.kill9();
        }

        CheckReport report = FolderCheck.run(folder.resolve("data"));

        System.out.println(String.join("\n", report.lines()));
        assertThat(report.isSound()).as(String.join("\n", report.lines())).isTrue();
        assertThat(report.others().acknowledged()).isPositive();
    }

    /** The two devices of both uids are owed a copy of each message; the ledger leaves out the one that sent it. */
    @Test
    void theServersTotalsAreWhatTheClientsCounted() throws Exception {
        Ended run;
        try (ServerProcess server = ServerProcess.start(ServerSpec.in(folder))) {
            run = new Commands(folder)
                    .run(("simulate chat --connections 40 --devices 2 --rate 200 --duration 3s --json - --url "
                                    + server.tcp())
                            .split(" "));
            assertThat(run.code()).as(run.err()).isZero();
            server.terminate();
        }

        CheckReport report = FolderCheck.run(folder.resolve("data"));

        long accepted = number(run.out(), "accepted");
        assertThat(report.isSound()).as(String.join("\n", report.lines())).isTrue();
        assertThat(report.own().accepted()).isEqualTo(2 * accepted);
        assertThat(report.others().accepted()).isEqualTo(report.others().acknowledged());
        assertThat(report.others().acknowledged() + report.own().acknowledged() - accepted)
                .isEqualTo(number(run.out(), "delivered"))
                .isPositive();
    }

    private static long number(String json, String key) {
        String from = json.substring(json.indexOf("\"" + key + "\" : ") + key.length() + 5);
        return Long.parseLong(from.substring(0, from.indexOf(',')));
    }
}
