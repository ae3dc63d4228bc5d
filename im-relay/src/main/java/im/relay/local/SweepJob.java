package im.relay.local;

import java.util.concurrent.Executor;
import org.rocksdb.RocksDBException;

/** Looks at the next few conversations for what was accepted too long ago, and for who left groups too long ago. */
final class SweepJob implements Job {
    static final int CONVERSATIONS = 256;
    /** Entries in the lists of uids' groups. */
    static final int GROUPS = 256;

    private final Executor lane;
    private final Runnable done;

    /** @param done runs on the lane when the slice is durable, or could not be written */
    SweepJob(Executor lane, Runnable done) {
        this.lane = lane;
        this.done = done;
    }

    @Override
    public Executor lane() {
        return lane;
    }

    @Override
    public int messages() {
        return 0;
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public void apply(Commit commit) throws RocksDBException {
        commit.sweep(CONVERSATIONS);
        commit.sweepGroups(GROUPS);
    }

    @Override
    public void succeed() {
        done.run();
    }

    @Override
    public void fail(String why, boolean perhapsWritten) {
        done.run();
    }
}
