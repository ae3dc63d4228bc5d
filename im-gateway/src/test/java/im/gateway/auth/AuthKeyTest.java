package im.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthKeyTest {
    @TempDir
    Path folder;

    @Test
    void aKeyOf32BytesIsTakenWithoutItsLineEnd() throws IOException {
        String text = "k".repeat(32);

        assertThat(AuthKey.read(file(text)).secret().getEncoded()).hasSize(32);
        assertThat(AuthKey.read(file(text + "\n")).secret().getEncoded()).hasSize(32);
        assertThat(AuthKey.read(file(text + "\r\n")).secret().getEncoded()).hasSize(32);
        assertThat(AuthKey.read(file("k".repeat(4096))).secret().getEncoded()).hasSize(4096);
    }

    @Test
    void aFileThatIsNoKeyIsNamedWithWhatIsWrong() throws IOException {
        assertRefused(file("k".repeat(31) + "\n"), "holds 31 bytes; expected 32 to 4096");
        assertRefused(file(""), "holds 0 bytes");
        assertRefused(file("k".repeat(4097)), "holds 4097 bytes");
        assertRefused(file("k".repeat(5000)), "is larger than 4096 bytes");
        assertRefused(file("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"), "is a PEM file");
        assertRefused(folder.resolve("none"), "does not exist");
        assertRefused(folder, "is no file");
    }

    private static void assertRefused(Path file, String text) {
        assertThatThrownBy(() -> AuthKey.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("key file " + file + " ")
                .hasMessageContaining(text);
    }

    @Test
    void aMissingKeyIsMadeForTheOwnerOnlyAndThenStays() throws IOException {
        Path file = folder.resolve("dev.key");

        AuthKey first = AuthKey.readOrCreate(file);

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(Files.readString(file)).matches("[A-Za-z0-9_-]{43}\n");
        assertThat(AuthKey.readOrCreate(file).secret()).isEqualTo(first.secret());
        assertThat(first.toString()).isEqualTo("AuthKey");
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("key"), text);
    }
}
