package im.servers;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The end of a log, for a failure's message. */
public final class LogTail {
    private static final int BYTES = 8 * 1024;

    private LogTail() {}

    /** At most the last 8 KiB, from the beginning of a line. */
    public static String of(Path log) {
        if (!Files.exists(log)) {
            return "---- " + log + " was never written";
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - BYTES);
            file.seek(from);
            byte[] bytes = new byte[(int) (file.length() - from)];
            file.readFully(bytes);
            String text = new String(bytes, StandardCharsets.UTF_8);
            return "---- end of " + log + "\n"
                    + (from == 0 ? text : text.substring(text.indexOf('\n') + 1)).stripTrailing();
        } catch (IOException e) {
            return "---- " + log + " cannot be read: " + e.getMessage();
        }
    }
}
