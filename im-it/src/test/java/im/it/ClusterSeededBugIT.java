package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.SeededBug;
import im.servers.Servers;
import im.testkit.checker.Verdict;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.server.ClusterProcess;
import im.testkit.server.ClusterSpec;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What {@link SeededBugIT} says, of the bug that only a cluster can have. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class ClusterSeededBugIT {
    private static final Duration SETTLE = Duration.ofSeconds(8);

    @Test
    void aRelayThatDoesNotLookWhereTheViewStandsIsFound_D1() {
        ClusterSpec broken = ClusterSpec.in(Servers.temporaryFolder("cluster-seeded-bug"))
                .property(SeededBug.PROPERTY, "no-applied-check");
        try (ClusterProcess cluster = ClusterProcess.start(broken)) {
            long began = System.nanoTime();
            try (UnderTraffic run = UnderTraffic.begun(cluster, 300)) {
                SlotsAlone partitions = new SlotsAlone(cluster.process("redis").address(), "{p*}");
                partitions.keep();
                run.traffic().awaitMore(200);
                partitions.fallBack();
                // What was lost at a conversation's end would be written anew, and be waited for as long as nobody is.
                writeToOneAnother(run.stage());
                run.traffic().awaitMore(200);
                run.traffic().stop();
                run.stage()
                        .app(run.stage().uid("u0"), "late", Start.NEW_FROM_FIRST_HELD)
                        .connect();

                Verdict verdict = run.stage().settle(SETTLE);

                Duration took = Duration.ofNanos(System.nanoTime() - began);
                System.out.println("no-applied-check found after " + took.toMillis() + " ms: " + verdict.contracts());
                assertThat(verdict.clean()).as("%s", verdict).isFalse();
            }
        }
    }

    private static void writeToOneAnother(Stage stage) {
        List<App> apps = List.copyOf(stage.apps());
        for (App from : apps) {
            for (App to : apps) {
                var unused = from.send(to.uid(), "afterwards");
            }
        }
    }
}
