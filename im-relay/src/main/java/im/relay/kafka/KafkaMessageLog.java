package im.relay.kafka;

import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.LogPosition;
import im.relay.MessageLog;
import im.relay.Partitions;
import im.relay.Wakeups;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The log's door for those who append: checks the call and queues it for the append thread. A retry is another record, and
 * is {@code Accepted} with its own time: it is the relays that tell retries from messages (D11). Safe from any thread.
 */
public final class KafkaMessageLog implements MessageLog {
    private static final int HASH_BYTES = 16;

    private final String logId;
    private final Partitions partitions;
    private final Appender appender;
    private final LongSupplier nanos;

    KafkaMessageLog(String logId, int partitions, Appender appender, LongSupplier nanos) {
        this.logId = logId;
        this.partitions = new Partitions(partitions);
        this.appender = appender;
        this.nanos = nanos;
    }

    @Override
    public String logId() {
        return logId;
    }

    @Override
    public void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done) {
        check(batch);
        int partition = partitions.of(batch.get(0).conversation());
        Append append = new Append(List.copyOf(batch), lane, done, partition, nanos.getAsLong());
        AppendOutcome.Refused refusal = appender.offer(append);
        if (refusal != null) {
            List<AppendOutcome> outcomes = appender.refused(append, refusal);
            Wakeups.wake(lane, () -> done.accept(outcomes));
        }
    }

    @Override
    public @Nullable String failure() {
        return appender.failure();
    }

    private static void check(List<AppendRequest> batch) {
        if (batch.isEmpty() || batch.size() > LogPosition.MAX_MESSAGES) {
            throw new IllegalArgumentException(
                    "batch of " + batch.size() + ", expected 1 to " + LogPosition.MAX_MESSAGES);
        }
        AppendRequest first = batch.get(0);
        for (AppendRequest request : batch) {
            if (!request.conversation().equals(first.conversation())
                    || !request.sender().equals(first.sender())
                    || !(request.conversation().isGroup()
                            || request.conversation().includes(request.sender()))) {
                throw new IllegalArgumentException(
                        "one conversation and one sender, of its two or into a group, expected");
            }
            if (request.requestHash().length != HASH_BYTES) {
                throw new IllegalArgumentException("hash of " + request.requestHash().length + " bytes, expected 16");
            }
        }
    }

    static AppendOutcome.Refused refusal(Code code, String text) {
        return new AppendOutcome.Refused(code, text, code == Code.TOO_LARGE ? 0 : Append.RETRY_AFTER_MS);
    }
}
