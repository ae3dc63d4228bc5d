package im.relay.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that one server owns: {@code store.lock} is locked while it is open, {@code FORMAT} says what it is,
 * {@code store} holds RocksDB's files, {@code natives} its library. Other files in it are other parts' business.
 */
final class DataFolder implements AutoCloseable {
    private static final String FORMAT = "im-data ";
    private static final String EXPECTED = FORMAT + Keyspace.FORMAT;
    private static final int FORMAT_BYTES = 64;

    /**
     * The folders that this process holds. The file's lock cannot tell: to open and close the file once more would
     * give the lock away.
     */
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel lock;

    private DataFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** Makes the folder if it is not there, locks it, and checks or writes its format. */
    static DataFolder open(Path given) throws IOException {
        return open(Files.createDirectories(given).toRealPath(), DataFolder::checkFormat);
    }

    /** Locks a folder of the present format that is there. */
    static DataFolder openToRead(Path given) throws IOException {
        if (!Files.isRegularFile(formatFile(given))) {
            throw new NoSuchFileException(formatFile(given).toString(), null, "no data folder");
        }
        return open(given.toRealPath(), DataFolder::requireFormat);
    }

    private interface FormatCheck {
        void check(Path folder) throws IOException;
    }

    private static DataFolder open(Path folder, FormatCheck format) throws IOException {
        if (!OPEN.add(folder)) {
            throw new FolderInUseException(folder);
        }
        @Nullable FileChannel lock = null;
        try {
            lock = lock(folder);
            format.check(folder);
            Files.createDirectories(folder.resolve("natives"));
            return new DataFolder(folder, lock);
        } catch (IOException | RuntimeException e) {
            if (lock != null) {
                lock.close();
            }
            OPEN.remove(folder);
            throw e;
        }
    }

    Path store() {
        return folder.resolve("store");
    }

    Path natives() {
        return folder.resolve("natives");
    }

    /** The store has this format now. */
    void writeFormat() throws IOException {
        if (!firstLine(format()).equals(EXPECTED)) {
            writeFormat(folder, format());
        }
    }

    Path format() {
        return formatFile(folder);
    }

    @Override
    public void close() throws IOException {
        if (lock.isOpen()) {
            lock.close();
            OPEN.remove(folder);
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve("store.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        @Nullable FileLock held = null;
        try {
            held = channel.tryLock();
        } finally {
            if (held == null) {
                channel.close();
            }
        }
        if (held == null) {
            throw new FolderInUseException(folder);
        }
        return channel;
    }

    private static void checkFormat(Path folder) throws IOException {
        Path file = formatFile(folder);
        if (Files.exists(file)) {
            String found = firstLine(file);
            if (!found.equals(EXPECTED) && !isEarlier(found)) {
                throw new FolderFormatException(file, quoted(found), quoted(EXPECTED));
            }
        } else if (Files.exists(folder.resolve("store"))) {
            throw new FolderFormatException(file, "no such file beside a store", quoted(EXPECTED));
        } else {
            writeFormat(folder, file);
        }
    }

    private static void requireFormat(Path folder) throws IOException {
        Path file = formatFile(folder);
        String found = firstLine(file);
        if (!found.equals(EXPECTED)) {
            throw new FolderFormatException(file, quoted(found), quoted(EXPECTED));
        }
    }

    private static boolean isEarlier(String found) {
        return IntStream.range(Keyspace.OLDEST_FORMAT, Keyspace.FORMAT).anyMatch(n -> found.equals(FORMAT + n));
    }

    private static String firstLine(Path file) throws IOException {
        byte[] bytes;
        try (var in = Files.newInputStream(file)) {
            bytes = in.readNBytes(FORMAT_BYTES);
        }
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> out.append(c >= ' ' && c < 0x7f ? (char) c : '?'));
        return out.append('"').toString();
    }

    private static void writeFormat(Path folder, Path file) throws IOException {
        Path draft = folder.resolve("FORMAT.new");
        try (FileChannel out = FileChannel.open(
                draft, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer text = StandardCharsets.ISO_8859_1.encode(EXPECTED + "\n");
            while (text.hasRemaining()) {
                out.write(text);
            }
            out.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        }
    }

    private static Path formatFile(Path folder) {
        return folder.resolve("FORMAT");
    }
}
