package im.gateway.launch;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The folder that one process at a time may use. {@code im.pid} in it is locked while that process lives and holds its
 * pid; the lock, not the file, says that the folder is in use, so what a killed process left behind is no obstacle.
 */
final class DataFolder implements AutoCloseable {
    private static final String PID_FILE = "im.pid";
    private static final int MAX_PID_LENGTH = 20;

    private final Path path;
    private final FileChannel lock;

    private DataFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /** Makes the folder if it is missing and takes it. */
    static DataFolder open(Path path) throws CannotStart {
        try {
            Files.createDirectories(path);
            Path file = path.resolve(PID_FILE);
            while (true) {
                FileChannel lock = lock(path, file);
                // Whoever had it before may have deleted the file between our opening and our locking it.
                if (pidIn(file).equals(ownPid())) {
                    return new DataFolder(path, lock);
                }
                lock.close();
            }
        } catch (IOException e) {
            throw new CannotStart("data folder " + path + " cannot be used: " + e, e);
        }
    }

    private static FileChannel lock(Path path, Path file) throws IOException, CannotStart {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw inUse(path, file);
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap((ownPid() + "\n").getBytes(StandardCharsets.US_ASCII)));
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw inUse(path, file);
        } catch (IOException | CannotStart e) {
            channel.close();
            throw e;
        }
    }

    private static CannotStart inUse(Path path, Path file) throws IOException {
        return new CannotStart("data folder " + path + " is in use by the process with pid " + pidIn(file));
    }

    private static String pidIn(Path file) throws IOException {
        try (var in = Files.newInputStream(file)) {
            return new String(in.readNBytes(MAX_PID_LENGTH), StandardCharsets.US_ASCII).strip();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private static String ownPid() {
        return Long.toString(ProcessHandle.current().pid());
    }

    Path path() {
        return path;
    }

    /** The key that dev mode makes. */
    static Path devKey(Path data) {
        return data.resolve("dev.key");
    }

    /** Where native libraries are unpacked, so that a killed process leaves nothing in the temp folder. */
    Path natives() {
        return path.resolve("natives");
    }

    /** Deletes the pid file, then lets go of the folder. */
    @Override
    public void close() throws IOException {
        try {
            Files.deleteIfExists(path.resolve(PID_FILE));
        } finally {
            lock.close();
        }
    }
}
