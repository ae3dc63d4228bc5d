package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * What a test needs of the machine. Where a program is missing the test is skipped with the reason, or fails where the
 * environment's {@code IM_IT} is {@code required}; what a container's kernel forbids cannot be installed, and is skipped.
 */
final class Needs {
    private Needs() {}

    /** A command that has to exit with 0 here. */
    static void working(String... command) {
        String why = complaint(command);
        if (!why.isEmpty() && "required".equals(System.getenv("IM_IT"))) {
            fail(why);
        }
        assumeTrue(why.isEmpty(), why);
    }

    /** A command of programs that are here, which this process must have the privilege to run. */
    static void permitted(String... command) {
        String why = complaint(command);
        if (!why.isEmpty()) {
            System.out.println("skipped, not permitted here: " + why);
        }
        assumeTrue(why.isEmpty(), why);
    }

    /** Whether a command exits with 0 here. */
    static boolean works(String... command) {
        return complaint(command).isEmpty();
    }

    /** Runs a command that has to succeed; what it said. */
    static String run(String... command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(said.strip());
            }
            return said;
        } catch (IOException e) {
            throw new IllegalStateException(List.of(command) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String complaint(String... command) {
        try {
            var unused = run(command);
            return "";
        } catch (IllegalStateException e) {
            return "does not work here: " + e.getMessage();
        }
    }
}
