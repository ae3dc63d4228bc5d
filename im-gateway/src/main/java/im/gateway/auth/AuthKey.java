package im.gateway.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/** A shared secret for HS256. Its bytes never reach a log. */
public final class AuthKey {
    /** HS256 asks for as many bits as its hash has. */
    public static final int MIN_BYTES = 32;

    public static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");

    private final SecretKey secret;

    private AuthKey(SecretKey secret) {
        this.secret = secret;
    }

    /** @throws IllegalArgumentException if there are fewer than {@link #MIN_BYTES} or more than {@link #MAX_BYTES} */
    public static AuthKey of(byte[] bytes) {
        if (bytes.length < MIN_BYTES || bytes.length > MAX_BYTES) {
            throw new IllegalArgumentException(
                    "holds " + bytes.length + " bytes; expected " + MIN_BYTES + " to " + MAX_BYTES);
        }
        return new AuthKey(new SecretKeySpec(bytes, "HmacSHA256"));
    }

    /**
     * Reads a key file: its bytes, one line end after them left out.
     *
     * @throws IOException with a text that names the file and what is wrong with it
     */
    public static AuthKey read(Path file) throws IOException {
        try {
            if (!Files.isRegularFile(file) && Files.exists(file)) {
                throw new IOException("key file " + file + " is no file");
            }
            if (Files.size(file) > MAX_BYTES + 2) {
                throw new IOException("key file " + file + " is larger than " + MAX_BYTES + " bytes");
            }
            byte[] bytes = withoutLineEnd(Files.readAllBytes(file));
            if (startsLikePem(bytes)) {
                // Whoever knows a public key could sign with it as if it were the secret.
                throw new IOException(
                        "key file " + file + " is a PEM file; expected the bytes of a shared HS256 secret");
            }
            return of(bytes);
        } catch (IllegalArgumentException e) {
            throw new IOException("key file " + file + " " + e.getMessage(), e);
        } catch (NoSuchFileException e) {
            throw new IOException("key file " + file + " does not exist", e);
        } catch (java.nio.file.FileSystemException e) {
            throw new IOException("key file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Reads a key file, or first makes it, readable by its owner only, with a random key of 43 letters and digits. */
    public static AuthKey readOrCreate(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[MIN_BYTES];
            new SecureRandom().nextBytes(random);
            String text = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
            Path half = file.resolveSibling(file.getFileName() + ".new");
            Files.deleteIfExists(half);
            Files.createFile(half, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            Files.writeString(half, text, StandardOpenOption.WRITE);
            Files.move(half, file);
        }
        return read(file);
    }

    private static byte[] withoutLineEnd(byte[] bytes) {
        int length = bytes.length;
        if (length > 0 && bytes[length - 1] == '\n') {
            length--;
            if (length > 0 && bytes[length - 1] == '\r') {
                length--;
            }
        }
        return Arrays.copyOf(bytes, length);
    }

    private static boolean startsLikePem(byte[] bytes) {
        byte[] head = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);
        return bytes.length >= head.length && Arrays.equals(bytes, 0, head.length, head, 0, head.length);
    }

    SecretKey secret() {
        return secret;
    }

    @Override
    public String toString() {
        return "AuthKey";
    }
}
