package im.relay.local;

import im.relay.CursorStore;
import im.relay.ReadResult;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;

/** One call of {@link im.relay.CursorStore#open}. */
final class OpenJob implements Job {
    private final String uid;
    private final String device;
    private final CursorStore.Start start;
    private final Executor lane;
    private final Consumer<ReadResult<Boolean>> done;
    private Devices.Opened opened = Devices.Opened.NOT_NOW;

    OpenJob(String uid, String device, CursorStore.Start start, Executor lane, Consumer<ReadResult<Boolean>> done) {
        this.uid = uid;
        this.device = device;
        this.start = start;
        this.lane = lane;
        this.done = done;
    }

    @Override
    public Executor lane() {
        return lane;
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
        opened = commit.open(uid, device, start);
    }

    @Override
    public void succeed() {
        if (opened == Devices.Opened.NOT_NOW) {
            fail("too many devices come and go", false);
        } else {
            done.accept(new ReadResult.Ok<>(opened == Devices.Opened.NEW));
        }
    }

    @Override
    public void fail(String why, boolean perhapsWritten) {
        done.accept(new ReadResult.Failed<>(why, Commit.RETRY_AFTER_MS));
    }
}
