package im.relay.local;

import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.MessageLog;
import im.relay.Wakeups;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The log's door: checks the call and queues it for the writer. Safe from any thread. */
final class LocalMessageLog implements MessageLog {
    private static final int BATCH = 64;

    private final String logId;
    private final Intake intake;
    private final LogWriter writer;
    private final RelayMeters meters;
    private final LongSupplier nanos;

    LocalMessageLog(String logId, Intake intake, LogWriter writer, RelayMeters meters, LongSupplier nanos) {
        this.logId = logId;
        this.intake = intake;
        this.writer = writer;
        this.meters = meters;
        this.nanos = nanos;
    }

    @Override
    public String logId() {
        return logId;
    }

    @Override
    public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        check(batch);
        AppendJob job = new AppendJob(List.copyOf(batch), lane, done, nanos.getAsLong(), meters);
        if (writer.failure() != null) {
            Wakeups.wake(lane, () -> job.refuse(Code.UNAVAILABLE, LogWriter.FAILED));
            return;
        }
        switch (intake.offer(job)) {
            case TAKEN -> {}
            case FULL -> Wakeups.wake(lane, () -> job.refuse(Code.OVERLOADED, "the log's queue is full"));
            case CLOSED -> Wakeups.wake(lane, () -> job.refuse(Code.UNAVAILABLE, "the log is closed"));
        }
    }

    @Override
    public @Nullable String failure() {
        return writer.failure();
    }

    private static void check(List<AppendRequest> batch) {
        if (batch.isEmpty() || batch.size() > BATCH) {
            throw new IllegalArgumentException("batch of " + batch.size() + ", expected 1 to " + BATCH);
        }
        AppendRequest first = batch.get(0);
        for (AppendRequest request : batch) {
            if (!request.conversation().equals(first.conversation())
                    || !request.sender().equals(first.sender())
                    || !(request.conversation().isGroup()
                            || request.conversation().includes(request.sender()))) {
                throw new IllegalArgumentException("one conversation and one sender of its two expected");
            }
            if (request.requestHash().length != Keyspace.HASH_BYTES) {
                throw new IllegalArgumentException("hash of " + request.requestHash().length + " bytes, expected 16");
            }
        }
    }
}
