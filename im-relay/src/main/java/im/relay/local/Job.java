package im.relay.local;

import java.util.concurrent.Executor;
import org.rocksdb.RocksDBException;

/** Something that waits for the writer and is answered once, on its lane. */
interface Job {
    Executor lane();

    /** What it takes of the queue's bounds. */
    int messages();

    long bytes();

    /** Puts into the commit what it has to; writer thread. */
    void apply(Commit commit) throws RocksDBException;

    /** What was applied is durable; runs on the lane. */
    void succeed();

    /**
     * Runs on the lane.
     *
     * @param perhapsWritten whether what was applied may be on disk nevertheless
     */
    void fail(String why, boolean perhapsWritten);
}
