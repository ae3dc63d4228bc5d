package im.testkit.checker;

import static org.assertj.core.api.Assertions.assertThat;

import im.testkit.history.DeviceRun;
import im.testkit.history.Event;
import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.CaughtUp;
import im.testkit.history.Event.Connected;
import im.testkit.history.Event.Disconnected;
import im.testkit.history.Event.Invoked;
import im.testkit.history.Event.Settled;
import im.testkit.history.Event.Started;
import im.testkit.history.Event.Stopped;
import im.testkit.history.Outcome;
import im.testkit.history.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ContractCheckerTest {
    private static final int SEEDS = 60;
    private static final int STEPS = 150;
    private static final DeviceRun ANN = new DeviceRun("ann", "phone", 1);
    private static final DeviceRun BOB = new DeviceRun("bob", "phone", 1);

    private final long firstSeed =
            Long.getLong("im.test.seed", ThreadLocalRandom.current().nextLong(1L << 40));
    private final List<Event> events = new ArrayList<>();

    @Test
    void historiesOfAServerThatDoesNothingWrongAreClean() {
        System.out.println("im.test.seed=" + firstSeed);
        for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
            Verdict verdict = ContractChecker.check(ModelServer.history(seed, STEPS));

            assertThat(verdict.clean()).as("seed %s: %s", seed, verdict).isTrue();
            assertThat(verdict.counts().accepted()).as("seed %s", seed).isPositive();
            assertThat(verdict.counts().devicesAtEnd()).as("seed %s", seed).isGreaterThan(1);
        }
    }

    @ParameterizedTest
    @EnumSource(Corruption.class)
    void aCorruptedHistoryIsNamedByItsContract(Corruption corruption) {
        System.out.println("im.test.seed=" + firstSeed);
        int applied = 0;
        for (long seed = firstSeed; seed < firstSeed + SEEDS; seed++) {
            Corruption.Draft draft = new Corruption.Draft(ModelServer.history(seed, STEPS), new Random(seed));
            if (corruption.apply(draft)) {
                applied++;
                Verdict verdict = ContractChecker.check(draft.events);

                assertThat(verdict.contracts())
                        .as("%s, seed %s: %s", corruption, seed, verdict)
                        .contains(corruption.contract);
            }
        }
        assertThat(applied).as("histories that %s could break", corruption).isPositive();
    }

    @Test
    void anEmptyHistoryIsCleanAndSaysThatItHoldsNothing() {
        Verdict verdict = ContractChecker.check(List.of());

        assertThat(verdict.clean()).isTrue();
        assertThat(verdict.counts()).isEqualTo(new Verdict.Counts(0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void aLostMessageIsShownByItsSendAndItsOk() {
        online(ANN, Start.NEW_FROM_FIRST_HELD);
        online(BOB, Start.NEW_FROM_FIRST_HELD);
        sendAccepted(ANN, 1, "bob", "m1");
        give(ANN, "bob", 5, "m1", "ann");

        Verdict verdict = ContractChecker.check(events);

        assertThat(verdict.contracts()).containsExactly(1);
        assertThat(verdict.violations().get(0).excerpt()).hasSize(2);
        assertThat(verdict.violations().get(0).excerpt().get(0)).isInstanceOf(Invoked.class);
        assertThat(verdict.violations().get(0).explanation()).contains("m1", "bob/phone");
    }

    @Test
    void aDeviceThatIsAwayAtTheEndIsOwedNothingYet() {
        online(ANN, Start.NEW_FROM_FIRST_HELD);
        online(BOB, Start.NEW_FROM_FIRST_HELD);
        events.add(new Disconnected(time(), BOB));
        sendAccepted(ANN, 1, "bob", "m1");
        give(ANN, "bob", 5, "m1", "ann");

        assertThat(ContractChecker.check(events).violations()).isEmpty();
    }

    @Test
    void aDeviceFromTheHeadsIsNotOwedWhatWasSentBeforeItsWelcome() {
        online(ANN, Start.NEW_FROM_FIRST_HELD);
        events.add(new Invoked(time(), ANN, 1, "bob", "m1", "body"));
        online(BOB, Start.NEW_FROM_HEADS);
        events.add(new Settled(time(), ANN, 1, Outcome.ACCEPTED, "OK"));
        give(ANN, "bob", 5, "m1", "ann");
        assertThat(ContractChecker.check(events).violations()).isEmpty();

        sendAccepted(ANN, 2, "bob", "m2");
        give(ANN, "bob", 6, "m2", "ann");
        assertThat(ContractChecker.check(events).contracts()).containsExactly(1);
    }

    @Test
    void aCrashedAppMayLeaveASendWithoutOutcomeAndAnOrderlyOneMayNot() {
        online(ANN, Start.NEW_FROM_FIRST_HELD);
        events.add(new Invoked(time(), ANN, 1, "bob", "m1", "body"));
        List<Event> crashed = new ArrayList<>(events);
        crashed.add(new Stopped(time(), ANN, false));
        events.add(new Stopped(time(), ANN, true));

        assertThat(ContractChecker.check(crashed).violations()).isEmpty();
        assertThat(ContractChecker.check(events).contracts()).containsExactly(9);
    }

    @Test
    void aRefusedSendThatIsRepeatedLaterMayStandBehindWhatWasSentBetween() {
        online(ANN, Start.NEW_FROM_FIRST_HELD);
        events.add(new Invoked(time(), ANN, 1, "bob", "m1", "body"));
        events.add(new Settled(time(), ANN, 1, Outcome.REJECTED, "UNAVAILABLE"));
        sendAccepted(ANN, 2, "bob", "m2");
        sendAccepted(ANN, 3, "bob", "m1");
        give(ANN, "bob", 5, "m2", "ann");
        give(ANN, "bob", 6, "m1", "ann");

        assertThat(ContractChecker.check(events).violations()).isEmpty();
    }

    @Test
    void anInstallThatStartsAnewIsGivenEverythingAgain() {
        online(ANN, Start.NEW_FROM_FIRST_HELD);
        sendAccepted(ANN, 1, "ann", "m1");
        give(ANN, "ann", 5, "m1", "ann");
        events.add(new Stopped(time(), ANN, true));
        DeviceRun again = new DeviceRun("ann", "phone", 2);
        online(again, Start.NEW_FROM_FIRST_HELD);
        assertThat(ContractChecker.check(events).contracts()).containsExactly(1);

        give(again, "ann", 5, "m1", "ann");
        assertThat(ContractChecker.check(events).violations()).isEmpty();
    }

    @Test
    void moreThanTwentyViolationsOfAContractAreCountedAndNotShown() {
        online(ANN, Start.NEW_FROM_FIRST_HELD);
        for (int i = 1; i <= 30; i++) {
            sendAccepted(ANN, i, "bob", "m" + i);
        }

        Verdict verdict = ContractChecker.check(events);

        assertThat(verdict.found()).isEqualTo(30);
        assertThat(verdict.violations()).hasSize(Report.MAX_PER_CONTRACT);
    }

    private long time() {
        return events.size() * 1000L;
    }

    private void online(DeviceRun by, Start start) {
        events.add(new Started(time(), by, start));
        events.add(new Connected(time(), by));
        events.add(new CaughtUp(time(), by));
    }

    private void sendAccepted(DeviceRun by, long ref, String peer, String id) {
        events.add(new Invoked(time(), by, ref, peer, id, "body"));
        events.add(new Settled(time(), by, ref, Outcome.ACCEPTED, "OK"));
    }

    private void give(DeviceRun by, String peer, long position, String id, String sender) {
        boolean own = sender.equals(by.uid());
        events.add(new CalledBack(time(), by, peer, position, -1, id, sender, "body", own, false));
    }
}
