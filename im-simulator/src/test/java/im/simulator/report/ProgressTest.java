package im.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class ProgressTest {
    private static final long SECOND = 1_000_000_000L;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private String written() {
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Test
    void onATerminalOneLineIsRedrawnAndLeftEmpty() {
        Progress progress = new Progress(out, true);

        progress.tell("sending", 0.5, "sent 1", SECOND);
        progress.tell("sending", 1, "sent 2", SECOND);
        progress.clear();

        assertThat(written())
                .isEqualTo("\r\033[Ksending [############------------] sent 1"
                        + "\r\033[Ksending [########################] sent 2\r\033[K");
    }

    @Test
    void elsewhereAPlainLineComesAtEachPhaseAndEveryFiveSeconds() {
        Progress progress = new Progress(out, false);

        for (int tick = 1; tick <= 55; tick++) {
            progress.tell("sending", tick / 55.0, "tick " + tick, tick * SECOND / 5);
        }
        progress.tell("settling", 0, "on", 12 * SECOND);
        progress.clear();

        assertThat(written().lines())
                .containsExactly("sending 2% tick 1", "sending 47% tick 26", "sending 93% tick 51", "settling 0% on");
    }
}
