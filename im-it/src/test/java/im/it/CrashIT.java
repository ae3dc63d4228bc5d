package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import im.testkit.checker.Verdict;
import im.testkit.load.RandomWorkload;
import im.testkit.load.Stage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Live traffic while everything fails: the whole contract, decided by the checker. */
class CrashIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"WS", "TCP"})
    void trafficOverThreeKillsOfTheServerKeepsTheContract(Transport transport) {
        run(transport, new RandomWorkload.Plan(4, 2, 3_000, false, 3));
    }

    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"WS", "TCP"})
    void trafficOverFailingAppsAndConnectionsKeepsTheContract(Transport transport) {
        run(transport, new RandomWorkload.Plan(4, 2, 3_000, true, 0));
    }

    @Tag(TestServer.CONFORMANCE)
    @ParameterizedTest
    @EnumSource(
            value = Transport.class,
            names = {"JSON", "TCP", "POLL"})
    void trafficOverAllFaultsAtOnceKeepsTheContract(Transport transport) {
        run(transport, new RandomWorkload.Plan(5, 2, 4_000, true, SERVER.isCluster() ? 1 : 3));
    }

    private static void run(Transport transport, RandomWorkload.Plan plan) {
        try (Stage stage = transport.stage(SERVER.deployment(), Stage.chooseSeed())) {
            new RandomWorkload(stage, plan).run();
            Verdict verdict = stage.settle();

            if (!verdict.clean()) {
                fail("%s %s, history in %s: %s", plan, transport, stage.dump("crash"), verdict);
            }
            assertThat(verdict.counts().accepted()).isGreaterThanOrEqualTo(1_000);
            if (!plan.faults()) {
                assertThat(verdict.counts().unknown()).isZero();
            }
        }
    }
}
