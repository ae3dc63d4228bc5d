package im.router.redis;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * One Lua file, or with it some others that hold what it shares. Called by its SHA-1; its text is sent when the server does not know it (a new server, or one that was
 * flushed of scripts). Its keys must have one hash tag. Immutable.
 */
public final class Script {
    private final String name;
    private final byte[] text;
    private final String sha;

    private Script(String name, byte[] text) {
        this.name = name;
        this.text = text;
        this.sha = sha1(text);
    }

    /**
     * Reads {@code <name>.lua} beside the class.
     *
     * @param with functions that it calls: the same of other files there, put before it
     * @throws IllegalArgumentException when there is none
     */
    public static Script of(Class<?> beside, String name, String... with) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (String part : with) {
            text.writeBytes(read(beside, part));
        }
        text.writeBytes(read(beside, name));
        return new Script(name, text.toByteArray());
    }

    private static byte[] read(Class<?> beside, String name) {
        try (InputStream in = beside.getResourceAsStream(name + ".lua")) {
            if (in == null) {
                throw new IllegalArgumentException("no " + name + ".lua beside " + beside.getName());
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String name() {
        return name;
    }

    byte[] text() {
        return text;
    }

    String sha() {
        return sha;
    }

    private static String sha1(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
