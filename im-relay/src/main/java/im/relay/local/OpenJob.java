package im.relay.local;

import im.relay.ReadResult;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;

/** One call of {@link im.relay.CursorStore#open}. */
record OpenJob(String uid, String device, boolean fromHeads, Executor lane, Consumer<ReadResult<Boolean>> done, boolean[] isNew)
        implements Job {

    OpenJob(String uid, String device, boolean fromHeads, Executor lane, Consumer<ReadResult<Boolean>> done) {
        this(uid, device, fromHeads, lane, done, new boolean[1]);
    }

    @Override
    public int messages() {
        return 1;
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public void apply(Commit commit) throws RocksDBException {
        isNew[0] = commit.open(uid, device, fromHeads);
    }

    @Override
    public void succeed() {
        done.accept(new ReadResult.Ok<>(isNew[0]));
    }

    @Override
    public void fail(String why, boolean perhapsWritten) {
        done.accept(new ReadResult.Failed<>(why, Commit.RETRY_AFTER_MS));
    }
}
