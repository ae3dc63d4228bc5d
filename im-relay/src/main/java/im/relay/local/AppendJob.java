package im.relay.local;

import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendOutcome.Accepted;
import im.relay.AppendOutcome.Refused;
import im.relay.AppendOutcome.Unknown;
import im.relay.AppendRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;

/** One call of {@link im.relay.MessageLog#append}. */
final class AppendJob implements Job {
    private static final Set<Code> FOR_GOOD = Set.of(Code.CONFLICT, Code.FORBIDDEN, Code.NOT_FOUND, Code.TOO_LARGE);

    private final List<AppendRequest> batch;
    private final Executor lane;
    private final Consumer<List<AppendOutcome>> done;
    private final long takenNanos;
    private final long bytes;
    private final RelayMeters meters;
    private List<AppendOutcome> outcomes = List.of();

    AppendJob(
            List<AppendRequest> batch,
            Executor lane,
            Consumer<List<AppendOutcome>> done,
            long takenNanos,
            RelayMeters meters) {
        this.batch = batch;
        this.lane = lane;
        this.done = done;
        this.takenNanos = takenNanos;
        this.bytes = batch.stream().mapToLong(r -> r.envelope().length).sum();
        this.meters = meters;
    }

    @Override
    public Executor lane() {
        return lane;
    }

    @Override
    public int messages() {
        return batch.size();
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void apply(Commit commit) throws RocksDBException {
        if (commit.isTooLate(takenNanos)) {
            outcomes = refused(batch.size(), Code.UNAVAILABLE, "waited too long for the log");
            return;
        }
        List<AppendOutcome> list = new ArrayList<>(batch.size());
        for (AppendRequest request : batch) {
            AppendOutcome outcome = commit.append(request);
            list.add(outcome);
            if (!(outcome instanceof Accepted)) {
                break;
            }
        }
        outcomes = AppendOutcome.filled(list, batch.size());
    }

    @Override
    public void succeed() {
        tell(outcomes);
    }

    @Override
    public void fail(String why, boolean perhapsWritten) {
        if (!perhapsWritten || outcomes.isEmpty()) {
            refuse(Code.UNAVAILABLE, why);
            return;
        }
        // A refusal for good may rest on a message of the same commit, so it is not told.
        tell(outcomes.stream()
                .map(outcome -> outcome instanceof Accepted ? new Unknown(why) : unavailableIfForGood(outcome, why))
                .toList());
    }

    /** The first gets the code, what stands behind it is out of order. */
    void refuse(Code code, String why) {
        tell(refused(batch.size(), code, why));
    }

    private void tell(List<AppendOutcome> list) {
        meters.told(list);
        done.accept(list);
    }

    private static AppendOutcome unavailableIfForGood(AppendOutcome outcome, String why) {
        boolean forGood = outcome instanceof Refused refused && FOR_GOOD.contains(refused.code());
        return forGood ? new Refused(Code.UNAVAILABLE, why, Commit.RETRY_AFTER_MS) : outcome;
    }

    private static List<AppendOutcome> refused(int size, Code code, String why) {
        return AppendOutcome.filled(List.of(new Refused(code, why, Commit.RETRY_AFTER_MS)), size);
    }
}
