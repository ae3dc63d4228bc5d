package im.client.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;

/**
 * A store in a folder of its own. Changes are added at the end of {@code state}; when it has grown to several times
 * what is kept it is written anew and takes the old one's place at once. {@code lock} keeps a second client out, of
 * this process or another; who only reads {@code state} is never held up and holds nobody up.
 *
 * <p>What {@link #save} has taken survives the end of the process at any moment. It is not synced to the disk one by
 * one: when the machine itself stops, the last moments before may be missing, as if the app had ended a little earlier;
 * then a message may come again without its mark, and a send that was not answered may be forgotten.
 *
 * <p>Size: at most four times what is kept, or 1 MiB. Not thread-safe; the client calls it from one thread at a time.
 */
public final class FileStore implements ClientStore {
    private static final long SMALL_BYTES = 1024 * 1024;
    private static final int GROWTH = 4;

    private final Path file;
    private final FileChannel lock;
    private final long smallBytes;
    private final KeptState kept = new KeptState();
    private @Nullable RecordFile records;
    private long compactAtBytes;

    private FileStore(Path folder, FileChannel lock, long smallBytes) {
        this.file = folder.resolve("state");
        this.lock = lock;
        this.smallBytes = smallBytes;
        this.compactAtBytes = smallBytes;
    }

    /**
     * Takes the folder; if it is not there it is made, for its owner only where the file system can tell owners apart:
     * texts that were not sent yet lie in it.
     *
     * @throws IOException if it cannot be written to, or another client uses it
     */
    public static FileStore open(Path folder) throws IOException {
        return open(folder, SMALL_BYTES);
    }

    /** @param smallBytes a file up to this size is not written anew */
    static FileStore open(Path folder, long smallBytes) throws IOException {
        makePrivate(folder);
        FileChannel lock =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean taken = false;
        try {
            taken = lock.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            taken = false;
        } finally {
            if (!taken) {
                lock.close();
            }
        }
        if (!taken) {
            throw new IOException(folder + " is in use by another client");
        }
        return new FileStore(folder, lock, smallBytes);
    }

    private static void makePrivate(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        } else {
            Files.createDirectory(folder);
        }
    }

    @Override
    public StoredState load() throws IOException {
        RecordFile.Content content = RecordFile.read(file);
        for (byte[] record : content.records()) {
            kept.apply(UpdateCodec.decode(record));
        }
        records = RecordFile.open(file, content.end());
        return kept.state();
    }

    @Override
    public void save(StoreUpdate update) throws IOException {
        RecordFile open = records;
        if (open == null) {
            throw new IOException("not loaded, or closed");
        }
        open.append(UpdateCodec.encode(update));
        kept.apply(update);
        if (open.length() > compactAtBytes) {
            compact(open);
        }
    }

    /**
     * Until the new file has taken the old one's place, the old one is whole; where there is no room for a new one, the
     * old one serves on and it is tried again later.
     */
    private void compact(RecordFile old) throws IOException {
        try {
            records = writeAnew();
        } catch (IOException e) {
            compactAtBytes = 2 * old.length();
            return;
        }
        old.close();
        compactAtBytes = Math.max(smallBytes, GROWTH * records.length());
    }

    private RecordFile writeAnew() throws IOException {
        Path next = file.resolveSibling("state.new");
        RecordFile written = RecordFile.open(next, 0);
        try {
            for (StoreUpdate update : kept.snapshot()) {
                written.append(UpdateCodec.encode(update));
            }
            written.force();
            Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
            return written;
        } catch (IOException e) {
            written.close();
            throw e;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (records != null) {
                records.close();
                records = null;
            }
        } finally {
            lock.close();
        }
    }
}
