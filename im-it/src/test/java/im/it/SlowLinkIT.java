package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.server.AdminPages;
import im.testkit.server.JavaRun.Ended;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Links that are slow, late, uneven or lossy cost time and nothing else. Slow ones by a proxy; loss by the kernel, which
 * drops packets on the loopback of a network namespace in which the server and the clients run.
 */
@Tag("once")
class SlowLinkIT {
    private static final int MODEM = 64_000 / 8;

    @RegisterExtension
    static final TestServer SERVER = new TestServer(spec -> spec.holdingAll());

    @TempDir
    Path folder;

    @Test
    void aLinkOf64KilobitsThatIsLateAndUnevenKeepsItsConnectionAndSeesNoFalseGap() {
        AdminPages admin = SERVER.process().adminPages();
        try (Stage stage = new Stage(SERVER.process(), true, Stage.chooseSeed())) {
            App ann = stage.app(stage.uid("ann"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            App bob = stage.app(stage.uid("bob"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            App modem = stage.app(stage.uid("modem"), "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect();
            stage.awaitLive(stage.apps());
            double synced = admin.metric("im_gateway_deliveries_total", "how=\"sync\"");
            modem.proxy().rate(MODEM);
            modem.proxy().delay(Duration.ofMillis(300));
            modem.proxy().stall(20, Duration.ofMillis(200));
            long began = System.nanoTime();
            try (Traffic fast = new Traffic(stage, List.of(ann, bob), 200, 100);
                    Traffic slow = new Traffic(stage, List.of(ann, modem), 30, 60)) {
                slow.awaitTotal(200);
                fast.awaitTotal(800);
                slow.stop();
                fast.stop();
            }
            Stage.await(() -> modem.client().unsettled() == 0, "answers to what the slow one sent");

            assertThat(modem.proxy().stalls()).as("stalls").isPositive();
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .as("how long that took")
                    .isGreaterThan(Duration.ofSeconds(2));
            Judged.clean(stage, "64 kbit");
            assertThat(modem.proxy().accepted()).as("connections it took").isEqualTo(1);
            assertThat(admin.metric("im_gateway_deliveries_total", "how=\"sync\"") - synced)
                    .as("messages asked for as missing")
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20})
    void lostPacketsCostTimeAndNothingElse(int percent) throws IOException, InterruptedException {
        Needs.working("iptables", "--version");
        Needs.working("ip", "-V");
        Needs.permitted("unshare", "-n", "sh", "-c", "ip link set lo up && " + dropping(5));
        try (ServerProcess server = ServerProcess.start(
                ServerSpec.in(folder).wrappedIn("unshare", "-n", "sh", "-c", "ip link set lo up; exec \"$@\"", "sh"))) {
            String[] inside = {"nsenter", "-t", Long.toString(server.pid()), "-n"};
            var unused = Needs.run(joined(inside, "sh", "-c", dropping(percent)));
            Path verdict = folder.resolve("verdict.json");

            Ended ended = new Commands(folder, inside)
                    .run(
                            "simulate",
                            "chat",
                            "--connections",
                            "20",
                            "--rate",
                            "300",
                            "--duration",
                            "4s",
                            "--json",
                            verdict.toString());

            assertThat(ended.code()).as("%s%s", ended.out(), ended.err()).isZero();
            JsonNode report = JsonMapper.shared().readTree(verdict.toFile());
            assertThat(report.path("accepted").asLong()).isGreaterThanOrEqualTo(1_000);
            assertThat(List.of(
                            report.path("lost").asLong(-1),
                            report.path("duplicates").asLong(-1),
                            report.path("reordered").asLong(-1),
                            report.path("unknown").asLong(-1)))
                    .as("lost, duplicates, reordered, unknown")
                    .containsOnly(0L);
            assertThat(dropped(Needs.run(joined(inside, "iptables", "-nvxL", "INPUT"))))
                    .as("packets that were lost")
                    .isGreaterThan(5L * percent);
        }
    }

    private static String dropping(int percent) {
        return "iptables -A INPUT -i lo -p tcp -m statistic --mode random --probability 0.%02d -j DROP"
                .formatted(percent);
    }

    /** The first number of the rule's line. */
    private static long dropped(String listing) {
        return listing.lines()
                .filter(line -> line.contains("DROP"))
                .mapToLong(line -> Long.parseLong(line.strip().split(" +")[0]))
                .sum();
    }

    private static String[] joined(String[] first, String... rest) {
        String[] all = Arrays.copyOf(first, first.length + rest.length);
        System.arraycopy(rest, 0, all, first.length, rest.length);
        return all;
    }
}
