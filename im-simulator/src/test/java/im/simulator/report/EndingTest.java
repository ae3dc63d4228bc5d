package im.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import im.simulator.ledger.Verdict;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

final class EndingTest {
    private static final Ending CALM = new Ending("", false, true, false);
    private static final Ending MOVING = new Ending("", false, true, true);
    private static final Ending NOT_BACK = new Ending("", false, false, false);
    private static final Ending INTERRUPTED = new Ending("", true, true, false);
    private static final Ending TROUBLE = new Ending("the server was not reached", false, false, false);

    private static Verdict verdict(int accepted, int rejected, int unknown, int duplicates, int lost, int reordered) {
        return new Verdict(
                accepted + rejected + unknown,
                accepted,
                rejected,
                unknown,
                accepted,
                accepted - lost,
                duplicates,
                lost,
                reordered,
                0,
                0,
                0);
    }

    static Stream<Arguments> endings() {
        Verdict clean = verdict(9, 0, 0, 0, 0, 0);
        Verdict lost = verdict(9, 0, 0, 0, 1, 0);
        Verdict unknown = verdict(9, 0, 1, 0, 0, 0);
        Verdict nothing = verdict(0, 0, 0, 0, 0, 0);
        return Stream.of(
                Arguments.of(clean, CALM, ExitCode.PASSED),
                Arguments.of(clean, INTERRUPTED, ExitCode.PASSED),
                Arguments.of(clean, NOT_BACK, ExitCode.PASSED),
                Arguments.of(lost, CALM, ExitCode.VIOLATED),
                Arguments.of(lost, MOVING, ExitCode.INCONCLUSIVE),
                Arguments.of(lost, NOT_BACK, ExitCode.INCONCLUSIVE),
                Arguments.of(lost, INTERRUPTED, ExitCode.INCONCLUSIVE),
                Arguments.of(unknown, CALM, ExitCode.VIOLATED),
                Arguments.of(unknown, NOT_BACK, ExitCode.INCONCLUSIVE),
                Arguments.of(verdict(9, 1, 0, 0, 0, 0), CALM, ExitCode.VIOLATED),
                Arguments.of(verdict(9, 0, 0, 1, 0, 0), MOVING, ExitCode.VIOLATED),
                Arguments.of(verdict(9, 0, 0, 0, 0, 1), INTERRUPTED, ExitCode.VIOLATED),
                Arguments.of(verdict(0, 5, 0, 0, 0, 0), CALM, ExitCode.VIOLATED),
                Arguments.of(nothing, CALM, ExitCode.INCONCLUSIVE),
                Arguments.of(nothing, TROUBLE, ExitCode.INCONCLUSIVE));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void whatIsProvedCountsAgainstAndWhatIsOpenOnlyAfterAFairChance(Verdict verdict, Ending ending, ExitCode code) {
        assertThat(ending.judge(verdict)).isEqualTo(code);
    }
}
