package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import im.relay.SeededBug;
import im.testkit.checker.Verdict;
import im.testkit.load.ConnectUnderTraffic;
import im.testkit.load.KillOnOk;
import im.testkit.load.LostAnswers;
import im.testkit.load.Refusals;
import im.testkit.load.SilentPushes;
import im.testkit.load.Stage;
import im.testkit.server.ServerProcess;
import im.testkit.server.ServerSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The harness has teeth: it finds what was broken on purpose, and finds nothing where nothing is broken. */
@Tag("once")
class SeededBugIT {
    private static final int ROUNDS = 6;
    /** Of a server with a bug, which has its history in order by then or never. */
    private static final Duration SETTLE_BROKEN = Duration.ofSeconds(4);

    /** A heartbeat beyond all stalls: a receiver that comes back is given what a bug has lost it. */
    private static final String LONG = "9s";

    @TempDir
    Path folder;

    /** What drives a stage; each has its own way to make one kind of mistake matter. */
    private enum Load {
        KILL_ON_OK(stage -> new KillOnOk(stage)::round),
        REFUSALS(stage -> new Refusals(stage)::round),
        LOST_ANSWERS(stage -> new LostAnswers(stage)::round),
        CONNECT_UNDER_TRAFFIC(stage -> new ConnectUnderTraffic(stage)::round),
        SILENT_PUSHES(stage -> new SilentPushes(stage)::round);

        @SuppressWarnings("ImmutableEnumChecker")
        final Function<Stage, Runnable> on;

        Load(Function<Stage, Runnable> on) {
            this.on = on;
        }
    }

    @ParameterizedTest
    @EnumSource(value = SeededBug.class, mode = EnumSource.Mode.EXCLUDE, names = "NO_APPLIED_CHECK")
    void aSeededBugIsFound(SeededBug bug) {
        Load load = switch (bug) {
            case COMMIT_BEFORE_EFFECT, INDEX_AFTER_BATCH -> Load.KILL_ON_OK;
            case RESULT_BEFORE_CALLBACK -> Load.REFUSALS;
            case NO_DEDUPE_ON_RECONNECT -> Load.LOST_ANSWERS;
            case REGISTER_AFTER_SYNC -> Load.CONNECT_UNDER_TRAFFIC;
            case NO_TAIL_CHECK -> Load.SILENT_PUSHES;
            case NO_APPLIED_CHECK -> throw new IllegalArgumentException("cluster only");
        };
        String name = bug.name().toLowerCase(Locale.ROOT).replace('_', '-');
        long began = System.nanoTime();

        Verdict verdict = run(ServerSpec.in(folder).property(SeededBug.PROPERTY, name), LONG, load, SETTLE_BROKEN);

        Duration took = Duration.ofNanos(System.nanoTime() - began);
        System.out.println(name + " found after " + took.toMillis() + " ms: " + verdict.contracts());
        assertThat(verdict.clean())
                .as("a server with %s passed: %s", name, verdict)
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(Load.class)
    void theSameLoadWithoutABugPasses(Load load) {
        Verdict verdict = run(ServerSpec.in(folder), "3s", load, PATIENCE);

        assertThat(verdict.clean()).as("%s: %s", load, verdict).isTrue();
        assertThat(verdict.counts().accepted()).isPositive();
    }

    private static ServerSpec specFor(Load load, ServerSpec spec) {
        return switch (load) {
            case CONNECT_UNDER_TRAFFIC ->
                spec.set(ConnectUnderTraffic.WINDOW, Integer.toString(ConnectUnderTraffic.WINDOW_MESSAGES));
            case SILENT_PUSHES -> spec.property(SilentPushes.PROPERTY, SilentPushes.LOSS);
            case KILL_ON_OK, REFUSALS, LOST_ANSWERS -> spec;
        };
    }

    /** Rounds until one breaks the contract. */
    private static Verdict run(ServerSpec given, String heartbeat, Load load, Duration settle) {
        ServerSpec spec = given.set("message-log.queue-messages", "64").set("session.heartbeat", heartbeat);
        try (ServerProcess server = ServerProcess.start(specFor(load, spec));
                Stage stage = new Stage(server, true, Stage.chooseSeed())) {
            Runnable round = load.on.apply(stage);
            Verdict verdict;
            int rounds = 0;
            do {
                round.run();
                verdict = stage.settle(settle);
            } while (verdict.clean() && ++rounds < ROUNDS);
            return verdict;
        }
    }
}
