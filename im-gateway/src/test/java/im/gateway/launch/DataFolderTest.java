package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {
    private static final String OWN_PID = Long.toString(ProcessHandle.current().pid());

    @TempDir
    Path parent;

    @Test
    void aMissingFolderIsMadeAndHoldsThePid() throws Exception {
        Path path = parent.resolve("a/b");

        try (DataFolder folder = DataFolder.open(path)) {
            assertThat(path.resolve("im.pid")).hasContent(OWN_PID + "\n");
            assertThat(folder.natives()).isEqualTo(path.resolve("natives"));
        }

        assertThat(path.resolve("im.pid")).doesNotExist();
    }

    @Test
    void aFolderInUseIsRefusedWithThePidAndStaysInUse() throws Exception {
        try (DataFolder folder = DataFolder.open(parent)) {
            assertThat(folder).isNotNull();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> DataFolder.open(parent))
                        .isInstanceOf(CannotStart.class)
                        .hasMessage("data folder " + parent + " is in use by the process with pid " + OWN_PID);
            }
        }
    }

    @Test
    void whatAKilledProcessLeftIsNoObstacle() throws Exception {
        Files.writeString(parent.resolve("im.pid"), "1\n");
        Files.writeString(parent.resolve("im.lock"), "");

        try (DataFolder folder = DataFolder.open(parent)) {
            assertThat(folder).isNotNull();
            assertThat(parent.resolve("im.pid")).hasContent(OWN_PID + "\n");
        }
    }

    @Test
    void aFolderThatIsClosedCanBeOpenedAgain() throws Exception {
        DataFolder.open(parent).close();
        DataFolder.open(parent).close();
    }

    @Test
    void aPathThatCannotBeAFolderIsNamed() throws IOException {
        Path file = Files.writeString(parent.resolve("file"), "");

        assertThatThrownBy(() -> DataFolder.open(file))
                .isInstanceOf(CannotStart.class)
                .hasMessageStartingWith("data folder " + file + " cannot be used: ");
    }
}
