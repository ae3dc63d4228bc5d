package im.relay.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataFolderTest {
    @TempDir
    Path parent;

    @Test
    void aNewFolderGetsItsFormatAndOpensAgain() throws IOException {
        Path folder = parent.resolve("deep/data");

        DataFolder.open(folder).close();
        DataFolder.open(folder).close();

        assertThat(folder.resolve("FORMAT")).hasContent("im-data 4\n");
    }

    @Test
    void aFolderThatHoldsOtherPartsFilesIsTaken() throws IOException {
        Files.writeString(parent.resolve("dev.key"), "key");

        DataFolder.open(parent).close();

        assertThat(parent.resolve("dev.key")).hasContent("key");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"im-data 5\n", "im-data 0\n", "im-data 10", "im-data", "", "PK\u0003\u0004", "im-data 4 \n"})
    void anotherFormatIsRefusedWithFileFoundAndExpected(String found) throws IOException {
        Path file = Files.writeString(parent.resolve("FORMAT"), found);

        assertThatThrownBy(() -> DataFolder.open(parent))
                .isInstanceOf(FolderFormatException.class)
                .hasMessageContaining("file=" + file.toRealPath())
                .hasMessageContaining("found=\"" + found.strip().replaceAll("[\u0003\u0004]", "?"))
                .hasMessageContaining("expected=\"im-data 4\"");
        assertThat(parent.resolve("store")).doesNotExist();
        assertThat(file).hasContent(found);
    }

    @Test
    void aStoreWithoutAFormatIsRefused() throws IOException {
        Files.createDirectory(parent.resolve("store"));

        assertThatThrownBy(() -> DataFolder.open(parent))
                .isInstanceOf(FolderFormatException.class)
                .hasMessageContaining("no such file");
    }

    @Test
    void aFolderInUseIsRefusedUntilItIsClosed() throws IOException {
        try (DataFolder first = DataFolder.open(parent)) {
            assertThatThrownBy(() -> DataFolder.open(parent)).isInstanceOf(FolderInUseException.class);
        }

        DataFolder.open(parent).close();
    }

    @Test
    void aRefusedFolderIsNotLeftLocked() throws IOException {
        Path file = Files.writeString(parent.resolve("FORMAT"), "im-data 5\n");
        assertThatThrownBy(() -> DataFolder.open(parent)).isInstanceOf(FolderFormatException.class);
        Files.delete(file);

        DataFolder.open(parent).close();
    }

    @Test
    void theStoreUnpacksNothingIntoTheTemporaryFolder() throws IOException {
        TestStore.opened(parent).close();

        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            assertThat(files.map(p -> p.getFileName().toString())).noneMatch(name -> name.startsWith("librocksdbjni"));
        }
    }
}
