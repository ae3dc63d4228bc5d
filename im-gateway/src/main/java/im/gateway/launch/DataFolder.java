package im.gateway.launch;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The folder that one process at a time may use. {@code im.lock} is locked while that process lives and {@code im.pid}
 * names it; the lock decides, so what a killed process left behind is no obstacle. They are two files because closing
 * any handle to a locked file gives its lock up.
 */
final class DataFolder implements AutoCloseable {
    private static final int MAX_PID_LENGTH = 20;
    /** Locks are the process's, so a second server in this one would not be stopped by them. */
    private static final Set<Path> OPEN_HERE = ConcurrentHashMap.newKeySet();

    private final Path path;
    private final Path real;
    private final FileChannel lock;

    private DataFolder(Path path, Path real, FileChannel lock) {
        this.path = path;
        this.real = real;
        this.lock = lock;
    }

    /** Makes the folder if it is missing and takes it. */
    static DataFolder open(Path path) throws CannotStart {
        try {
            Files.createDirectories(path);
            Path real = path.toRealPath();
            if (!OPEN_HERE.add(real)) {
                throw inUse(path);
            }
            try {
                FileChannel lock = lock(path);
                Files.writeString(pidFile(path), ProcessHandle.current().pid() + "\n");
                return new DataFolder(path, real, lock);
            } catch (IOException | CannotStart e) {
                OPEN_HERE.remove(real);
                throw e;
            }
        } catch (IOException e) {
            throw new CannotStart("data folder " + path + " cannot be used: " + e, e);
        }
    }

    private static FileChannel lock(Path path) throws IOException, CannotStart {
        FileChannel channel =
                FileChannel.open(path.resolve("im.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (channel.tryLock() == null) {
            channel.close();
            throw inUse(path);
        }
        return channel;
    }

    private static CannotStart inUse(Path path) throws IOException {
        try (var in = Files.newInputStream(pidFile(path))) {
            String pid = new String(in.readNBytes(MAX_PID_LENGTH), StandardCharsets.US_ASCII).strip();
            return new CannotStart("data folder " + path + " is in use by the process with pid " + pid);
        } catch (NoSuchFileException e) {
            return new CannotStart("data folder " + path + " is in use by a process that is just starting or stopping");
        }
    }

    private static Path pidFile(Path path) {
        return path.resolve("im.pid");
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
            Files.deleteIfExists(pidFile(path));
        } finally {
            lock.close();
            OPEN_HERE.remove(real);
        }
    }
}
