package im.relay.kafka;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.LogEntry;
import im.protocol.v1.LogRecord;
import im.protocol.v1.MembershipChange;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.LogPosition;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One call of the log: messages of a sender into a conversation, on their way as one record, or as several one after the
 * other where they are too large for one. Its outcomes are told once, whoever comes first. Safe from any thread.
 */
final class Append {
    static final int FORMAT = 1;
    static final int RETRY_AFTER_MS = 1_000;
    /** Of one record's value. */
    static final int MAX_RECORD_BYTES = 512 * 1024;

    /** Key, sender and tags of a record, and of one entry, at most. */
    private static final int RECORD_OVERHEAD = 256;

    private static final int ENTRY_OVERHEAD = 48;

    final List<AppendRequest> batch;
    final Executor lane;
    final Consumer<List<AppendOutcome>> done;
    final int partition;
    final long arrivedNanos;
    final long bytes;

    private boolean told;
    private final List<AppendOutcome> outcomes;
    /** The record under way is batch[begin, end). */
    private int begin;

    private int end;

    Append(
            List<AppendRequest> batch,
            Executor lane,
            Consumer<List<AppendOutcome>> done,
            int partition,
            long arrivedNanos) {
        this.batch = batch;
        this.lane = lane;
        this.done = done;
        this.partition = partition;
        this.arrivedNanos = arrivedNanos;
        outcomes = new ArrayList<>(batch.size());
        long sum = 0;
        for (AppendRequest request : batch) {
            sum += request.envelope().length;
        }
        bytes = sum;
    }

    ConversationKey conversation() {
        return batch.get(0).conversation();
    }

    int messages() {
        return batch.size();
    }

    /** Whether a record is to follow the one that is under way. */
    synchronized boolean hasMore() {
        return end < batch.size();
    }

    /**
     * The next record's value: as many messages as fit, and that change no more members than one message can, for a view
     * takes a record as a whole; but one.
     */
    synchronized byte[] next() {
        begin = end;
        AppendRequest first = batch.get(begin);
        LogRecord.Builder record = LogRecord.newBuilder()
                .setFormat(FORMAT)
                .setConversation(first.conversation().text())
                .setSender(first.sender());
        int room = MAX_RECORD_BYTES - RECORD_OVERHEAD;
        int members = Limits.MEMBERSHIP_UIDS;
        while (end < batch.size() && end - begin < LogPosition.MAX_MESSAGES) {
            AppendRequest request = batch.get(end);
            room -= request.envelope().length + ENTRY_OVERHEAD;
            members -= changed(request);
            if ((room < 0 || members < 0) && end > begin) {
                break;
            }
            record.addEntries(LogEntry.newBuilder()
                    .setMessageId(bytes(request.messageId()))
                    .setRequestHash(UnsafeByteOperations.unsafeWrap(request.requestHash()))
                    .setEnvelope(UnsafeByteOperations.unsafeWrap(request.envelope())));
            end++;
        }
        return record.build().toByteArray();
    }

    private static int changed(AppendRequest request) {
        MembershipChange change =
                request.conversation().isGroup() ? EnvelopeCodec.membership(request.envelope()) : null;
        return change == null ? 0 : change.getUidsCount();
    }

    private static ByteString bytes(MessageId id) {
        return UnsafeByteOperations.unsafeWrap(
                ByteBuffer.allocate(16).putLong(id.high()).putLong(id.low()).flip());
    }

    /** The record under way is durable. */
    synchronized void accepted() {
        for (int i = begin; i < end; i++) {
            outcomes.add(new AppendOutcome.Accepted(batch.get(i).acceptedMs()));
        }
    }

    /**
     * Ends it. What is not accepted until now was either in the record under way, or never sent: that has the outcome
     * given; messages behind a record that failed were not appended.
     *
     * @return null when it was told already
     */
    synchronized @Nullable List<AppendOutcome> finish(AppendOutcome rest) {
        if (told) {
            return null;
        }
        told = true;
        List<AppendOutcome> all = new ArrayList<>(outcomes);
        int failed = end > all.size() ? end : batch.size();
        while (all.size() < failed) {
            all.add(rest);
        }
        while (all.size() < batch.size()) {
            all.add(new AppendOutcome.Refused(
                    Code.OUT_OF_ORDER, "an earlier message was not accepted", RETRY_AFTER_MS));
        }
        return all;
    }

    synchronized boolean isTold() {
        return told;
    }
}
