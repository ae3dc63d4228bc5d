package im.relay.local;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.ConversationKey;
import im.relay.PlacedMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A disk that takes no more, as a limit on the size of a file, in a process of its own. */
@EnabledOnOs(OS.LINUX)
class LogFailureTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    /** More than the native library that is unpacked, less than a full memory table. */
    private static final int KIB = 24 * 1024;

    @TempDir
    Path folder;

    @Test
    void aDiskThatTakesNoMoreEndsTheLogAndLosesNothingAccepted() throws Exception {
        Process process = start();
        List<String> said = new ArrayList<>();
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null && !line.equals("end"); line = out.readLine()) {
                said.add(line);
            }
            assertThatThrownBy(() -> DataFolder.open(folder)).isInstanceOf(FolderInUseException.class);
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(said).hasSize(6);
        int accepted = Integer.parseInt(said.get(0));
        assertThat(accepted).isPositive();
        assertThat(said.get(1)).startsWith("Unknown[");
        assertThat(said.get(2)).contains("code=UNAVAILABLE");
        assertThat(said.get(3)).startsWith("Failed[");
        assertThat(said.get(4)).isEqualTo("Ok[value=" + accepted + "]");
        assertThat(said.get(5)).startsWith("the log failed: ");
        assertThat(said.subList(1, 5)).noneMatch(line -> line.contains(folder.toString()));
        assertEverythingAcceptedIsThere(accepted);
    }

    private void assertEverythingAcceptedIsThere(int accepted) {
        try (TestStore store = TestStore.opened(folder)) {
            List<PlacedMessage> messages = after(store.conversations(), AB, 0);
            assertThat(messages.size()).isBetween(accepted, accepted + 1);
            for (int i = 0; i < messages.size(); i++) {
                assertThat(messages.get(i).position()).isEqualTo(i + 1);
            }
            assertThat(append(store.log(), message("a", "b", 9_999, "after"))).containsExactly(accepted(9_999));
        }
    }

    private Process start() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        "bash",
                        "-c",
                        "ulimit -f " + KIB + "; exec \"$@\"",
                        "bash",
                        java,
                        "-cp",
                        System.getProperty("java.class.path"),
                        AppendUntilFailure.class.getName(),
                        folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }
}
