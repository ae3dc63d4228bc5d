package im.relay.local;

import im.relay.ConversationStore;
import im.relay.CursorStore;
import im.relay.GroupStore;
import im.relay.MessageLog;
import im.router.LastSeen;
import io.micrometer.core.instrument.Meter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;

/** The data folder, open: one RocksDB behind the three ports. */
public final class LocalStore implements AutoCloseable {
    private final DataFolder folder;
    private final Tables tables;
    private final Intake intake;
    private final Thread thread;
    private final LocalMessageLog log;
    private final LocalCursorStore cursors;
    private final LocalConversationStore conversations;
    private final LocalGroupStore groups;
    private final LocalLastSeen lastSeen;
    private final Sweeper sweeper;
    private final RelayMeters meters;
    /** Those that look into this store. */
    private final List<Meter> gauges = new ArrayList<>();

    private LocalStore(
            DataFolder folder,
            Tables tables,
            LogState state,
            LocalLogConfig config,
            Surroundings around,
            CommitListener listener) {
        this.folder = folder;
        this.tables = tables;
        meters = new RelayMeters(around.meters());
        intake = new Intake(config.queueMessages(), config.queueBytes());
        gauges.add(meters.gaugeQueue(intake::messages));
        gauges.addAll(meters.countCopies(state.conservation));
        // A quarter of the window: with the sender's half, a retry always falls into the window of the original.
        long holdNanos = config.dedupeWindow().dividedBy(4).toNanos();
        LogWriter writer = new LogWriter(state, intake, holdNanos, meters, listener);
        log = new LocalMessageLog(state.logId, intake, writer, meters, around.nanos());
        cursors = new LocalCursorStore(intake, writer);
        StoreReader reader = new StoreReader(tables, around.clock());
        GroupReader groupReader = reader.groups;
        HeadsReader heads = new HeadsReader(tables, reader);
        conversations = new LocalConversationStore(reader, heads, config.readThreads(), config.queueReads());
        groups = new LocalGroupStore(conversations, groupReader, heads);
        lastSeen = new LocalLastSeen(intake, conversations, tables);
        sweeper = new Sweeper(intake);
        thread = new Thread(writer, "im-log-writer");
        thread.start();
        sweeper.start();
    }

    /**
     * Opens the folder, or makes it, and starts the writer.
     *
     * @param listener hears of every commit, on the writer thread
     * @throws FolderInUseException when another process has it
     * @throws FolderFormatException when it was written by a newer version or by something else
     * @throws IOException when it cannot be read or written
     */
    public static LocalStore open(Path folder, LocalLogConfig config, Surroundings around, CommitListener listener)
            throws IOException {
        DataFolder data = DataFolder.open(folder);
        Tables tables = null;
        try {
            tables = Tables.open(data, config.cacheBytes());
            LogState state = LogState.load(data, tables, config, around);
            return new LocalStore(data, tables, state, config, around, listener);
        } catch (RocksDBException e) {
            release(data, tables);
            throw new IOException("cannot open the store in " + folder + ": " + e.getMessage(), e);
        } catch (IOException | RuntimeException e) {
            release(data, tables);
            throw e;
        }
    }

    public MessageLog log() {
        return log;
    }

    public ConversationStore conversations() {
        return conversations;
    }

    public GroupStore groups() {
        return groups;
    }

    public CursorStore cursors() {
        return cursors;
    }

    public LastSeen lastSeen() {
        return lastSeen;
    }

    /** Looks at the next few conversations for what retention does not hold any more; {@code done} when it is durable. */
    void sweep(Runnable done) {
        sweeper.sweep(done);
    }

    /**
     * Refuses what comes from now on, writes and answers what is queued, then lets go of the folder. The lanes must
     * still run. Blocks until all of that is done; calling it again does nothing.
     */
    @Override
    public void close() throws IOException {
        sweeper.close();
        intake.close();
        joinWriter();
        synchronized (this) {
            conversations.close();
            gauges.forEach(meters::remove);
            gauges.clear();
            tables.close();
            folder.close();
        }
    }

    private void joinWriter() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static void release(DataFolder folder, @Nullable Tables tables) throws IOException {
        if (tables != null) {
            tables.close();
        }
        folder.close();
    }
}
