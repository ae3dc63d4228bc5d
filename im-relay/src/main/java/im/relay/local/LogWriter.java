package im.relay.local;

import im.relay.PlacedMessage;
import im.relay.Receipt;
import im.relay.SeededBug;
import im.relay.Wakeups;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that writes. It takes what is queued, puts it into one {@link Commit}, writes and syncs that, and only
 * then tells senders and receivers, with one wake-up per lane. What arrives during the sync makes the next commit.
 *
 * <p>A commit that fails ends the log until the next start: the disk may hold any part of it, and only a fresh
 * recovery can tell which. Its messages are Unknown, everything later is refused.
 */
final class LogWriter implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(LogWriter.class);

    /** What clients are told; why it failed names files and is for the operator. */
    static final String FAILED = "the log has failed";

    /** Longer than whoever has seen an OK takes to kill this process, also where both share busy processors. */
    private static final long SEEDED_DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final LogState state;
    private final Intake intake;
    private final long holdNanos;
    private final RelayMeters meters;
    private final CommitListener listener;
    private final WriteOptions synced = new WriteOptions().setSync(true);
    private final Wakeups wakeups = new Wakeups();
    private volatile @Nullable String failure;

    LogWriter(LogState state, Intake intake, long holdNanos, RelayMeters meters, CommitListener listener) {
        this.state = state;
        this.intake = intake;
        this.holdNanos = holdNanos;
        this.meters = meters;
        this.listener = listener;
    }

    /** Why nothing is written any more, or null. */
    @Nullable String failure() {
        return failure;
    }

    /** Until the intake is closed and empty. */
    @Override
    public void run() {
        try {
            for (Intake.Taken taken = intake.take(); taken != null; taken = intake.take()) {
                guarded(taken);
            }
        } finally {
            synced.close();
        }
    }

    /** A bug here ends the log, and says so; it does not leave senders with a thread that is gone. */
    private void guarded(Intake.Taken taken) {
        try {
            handle(taken);
        } catch (RuntimeException | Error e) {
            failure = "the log failed: " + e;
            LOG.atError().setCause(e).log("log failed, nothing is accepted until a restart");
            wakeups.flush();
        }
    }

    private void handle(Intake.Taken taken) {
        if (failure != null) {
            fail(taken, false);
            return;
        }
        try (Commit commit = new Commit(state, holdNanos)) {
            if (SeededBug.COMMIT_BEFORE_EFFECT.isActive()) {
                tellThenWrite(taken, commit);
            } else if (write(taken, commit)) {
                tell(taken, commit);
                if (SeededBug.INDEX_AFTER_BATCH.isActive()) {
                    writeIndexLate(commit);
                }
            }
        }
    }

    /** Whether all of it is on disk; if not, everybody has been told. */
    private boolean write(Intake.Taken taken, Commit commit) {
        boolean writing = false;
        try {
            long start = System.nanoTime();
            apply(taken, commit);
            writing = true;
            commit.write(synced);
            meters.commit.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
            meters.commitMessages.record(commit.placed().size());
            return true;
        } catch (RocksDBException | RuntimeException | Error e) {
            failure = "the log failed: " + e.getMessage();
            LOG.atError()
                    .addKeyValue("cause", e)
                    .addKeyValue("writing", writing)
                    .addKeyValue("position", state.lastPosition)
                    .log("log failed, nothing is accepted until a restart");
            fail(taken, writing);
            return false;
        }
    }

    private static void apply(Intake.Taken taken, Commit commit) throws RocksDBException {
        for (Job job : taken.jobs()) {
            job.apply(commit);
        }
        commit.raise(taken.raises());
        for (Intake.Touched device : taken.touched()) {
            commit.touch(device);
        }
        commit.seen(taken.seen());
    }

    /** Only for {@link SeededBug#COMMIT_BEFORE_EFFECT}. */
    private void tellThenWrite(Intake.Taken taken, Commit commit) {
        try {
            apply(taken, commit);
            tell(taken, commit);
            LockSupport.parkNanos(SEEDED_DELAY_NANOS);
            commit.write(synced);
        } catch (RocksDBException e) {
            failure = "the log failed: " + e.getMessage();
        }
    }

    /** Only for {@link SeededBug#INDEX_AFTER_BATCH}. */
    private void writeIndexLate(Commit commit) {
        try {
            LockSupport.parkNanos(SEEDED_DELAY_NANOS);
            commit.writeIndex(synced);
        } catch (RocksDBException e) {
            failure = "the log failed: " + e.getMessage();
        }
    }

    private void tell(Intake.Taken taken, Commit commit) {
        for (Job job : taken.jobs()) {
            wakeups.add(job.lane(), job::succeed);
        }
        for (Raise raise : taken.raises()) {
            wakeups.add(raise.lane(), raise.durable());
        }
        push(commit);
        wakeups.flush();
    }

    private void push(Commit commit) {
        List<PlacedMessage> placed = commit.placed();
        List<Receipt> receipts = commit.receipts();
        try {
            if (!placed.isEmpty()) {
                listener.committed(placed, wakeups);
            }
            if (!commit.groupPushes().isEmpty()) {
                listener.committedGroups(commit.groupPushes(), wakeups);
            }
            if (!receipts.isEmpty()) {
                listener.raised(receipts, wakeups);
            }
        } catch (RuntimeException | Error e) {
            // A push is a hint; what was not pushed is found by the receivers' next comparison.
            LOG.atError().setCause(e).addKeyValue("messages", placed.size()).log("push failed");
        }
    }

    private void fail(Intake.Taken taken, boolean perhapsWritten) {
        for (Job job : taken.jobs()) {
            wakeups.add(job.lane(), () -> job.fail(FAILED, perhapsWritten));
        }
        for (Raise raise : taken.raises()) {
            wakeups.add(raise.lane(), raise.durable());
        }
        wakeups.flush();
    }
}
