package im.testkit.history;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A body as 16 bytes of SHA-256 in hex: enough to tell bodies apart, and a history keeps no content. */
public final class BodyHash {

    private BodyHash() {}

    public static String ofText(String contentType, String text) {
        return of(contentType, 't', text.getBytes(StandardCharsets.UTF_8));
    }

    public static String ofData(String contentType, byte[] data) {
        return of(contentType, 'd', data);
    }

    private static String of(String contentType, char kind, byte[] content) {
        MessageDigest digest = sha256();
        digest.update(contentType.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update((byte) kind);
        digest.update(content);
        return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
