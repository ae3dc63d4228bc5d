package im.relay.apply;

import com.google.protobuf.ByteString;
import im.protocol.ConversationKey;
import im.protocol.v1.Envelope;
import im.protocol.v1.LogEntry;
import im.protocol.v1.LogRecord;
import im.protocol.v1.MembershipChange;
import im.relay.LogExtent;
import im.relay.LogPosition;
import im.relay.LogReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The log as a list for each partition, and the group that shares it out. What is trimmed cannot be read. */
final class ModelLog {
    /** One message as a test made it; {@code body} tells messages under one id apart. */
    record Sent(
            ConversationKey conversation,
            String sender,
            int id,
            int body,
            @Nullable MembershipChange change) {
        Sent(ConversationKey conversation, String sender, int id, int body) {
            this(conversation, sender, id, body, null);
        }
    }

    /** @param messages empty when the record is poison */
    record Stored(LogReader.Entry entry, List<Sent> messages) {}

    static final class Partition {
        final List<Stored> records = new ArrayList<>();
        final List<LogExtent.Epoch> epochs = new ArrayList<>(List.of(new LogExtent.Epoch(1, 0)));
        int first;
        /** Records went that nobody had read yet, or a tail: what they did to groups nobody knows. */
        boolean lost;

        /** Of the leader; what is lost is lost with a change of it. */
        int term = 5;

        long committed = LogExtent.NONE;

        @Nullable Member owner;

        LogExtent extent() {
            return new LogExtent(first, records.size(), committed, epochs);
        }

        /** The records from an offset on are gone, and another leader takes what comes. */
        void loseTail(int from) {
            records.subList(from, records.size()).clear();
            lost = true;
            term++;
        }

        /** Where the log took another course than one who has seen a record of that term, and all before it. */
        int divergence(long next, int seenTerm) {
            int end = (int) Math.min(next, records.size());
            for (int offset = first; offset < end && seenTerm != LogReader.NO_TERM; offset++) {
                if (records.get(offset).entry().term() > seenTerm) {
                    return offset;
                }
            }
            return end;
        }
    }

    final SimWorld world;
    final List<Partition> partitions = new ArrayList<>();
    /** Largest step back of the log's own clock, as after a change of leader. */
    int clockStepsBackMs;
    /** The lowest offset that a read began at. */
    long lowestRead = Long.MAX_VALUE;
    /** Runs before an offset is looked for. */
    Runnable beforeOffsetAt = () -> {};

    ModelLog(SimWorld world, int count) {
        this.world = world;
        for (int i = 0; i < count; i++) {
            partitions.add(new Partition());
        }
    }

    void append(int partition, List<Sent> messages) {
        Sent first = messages.get(0);
        LogRecord.Builder record = LogRecord.newBuilder()
                .setFormat(1)
                .setConversation(first.conversation.text())
                .setSender(first.sender);
        for (Sent message : messages) {
            record.addEntries(LogEntry.newBuilder()
                    .setMessageId(sixteen(message.id))
                    .setRequestHash(sixteen(message.body))
                    .setEnvelope(ByteString.copyFrom(envelope(message))));
        }
        appendRaw(partition, record.build().toByteArray(), messages);
    }

    static byte[] envelope(Sent message) {
        if (!message.conversation.isGroup()) {
            return message.toString().getBytes(StandardCharsets.US_ASCII);
        }
        Envelope.Builder envelope = Envelope.newBuilder().setMessageId(message.id + "-" + message.body);
        if (message.change == null) {
            envelope.setText("text");
        } else {
            envelope.setMembership(message.change);
        }
        return envelope.build().toByteArray();
    }

    void appendRaw(int partition, byte @Nullable [] value, List<Sent> messages) {
        List<Stored> records = partitions.get(partition).records;
        long time = world.millis - (clockStepsBackMs == 0 ? 0 : world.random.nextInt(clockStepsBackMs));
        records.add(
                new Stored(new LogReader.Entry(records.size(), time, partitions.get(partition).term, value), messages));
    }

    private static ByteString sixteen(int number) {
        return ByteString.copyFrom(ByteBuffer.allocate(16).putInt(number).flip().limit(16));
    }

    /** Gives a partition to a member; the one before is told by the caller, or is a zombie. */
    void give(int partition, Member member) {
        partitions.get(partition).owner = member;
    }

    /** One process's reader. */
    final class Member implements LogReader {
        @Nullable Assignments listener;

        @Override
        public void start(Assignments assignments) {
            listener = assignments;
        }

        @Override
        public CompletionStage<LogExtent> extent(int partition) {
            return world.call(() -> partitions.get(partition).extent());
        }

        @Override
        public CompletionStage<Slice> read(int partition, long from, int maxRecords, int maxBytes, Duration wait) {
            return world.call(() -> {
                Partition log = partitions.get(partition);
                lowestRead = Math.min(lowestRead, from);
                if (from < log.first || from > log.records.size()) {
                    throw new IllegalStateException("out of range: " + from);
                }
                int to = (int) Math.min(from + 1 + world.random.nextInt(Math.min(maxRecords, 8)), log.records.size());
                List<Entry> entries = log.records.subList((int) from, Math.min(to, (int) from + maxRecords)).stream()
                        .map(Stored::entry)
                        .toList();
                return new Slice(entries, from + entries.size(), log.records.size());
            });
        }

        @Override
        public CompletionStage<Long> offsetAt(int partition, long timeMs) {
            return world.call(() -> {
                beforeOffsetAt.run();
                Partition log = partitions.get(partition);
                int offset = log.first;
                while (offset < log.records.size()
                        && log.records.get(offset).entry().timeMs() < timeMs) {
                    offset++;
                }
                return (long) offset;
            });
        }

        @Override
        public CompletionStage<Void> commit(int partition, long next) {
            return world.call(() -> {
                Partition log = partitions.get(partition);
                if (log.owner != this) {
                    throw new IllegalStateException("not mine");
                }
                log.committed = Math.max(log.committed, next);
                return null;
            });
        }

        @Override
        public CompletionStage<LogExtent> settle(int partition, long seen, int term) {
            return world.call(() -> {
                Partition log = partitions.get(partition);
                int current = log.extent().current().number();
                long next = LogPosition.offset(seen) + 1;
                if (seen > 0 && LogPosition.epoch(seen) == current && log.divergence(next, term) < next) {
                    int begins = log.divergence(next, term);
                    log.epochs.add(new LogExtent.Epoch(current + 1, begins));
                    log.committed = Math.min(log.committed, begins);
                }
                return log.extent();
            });
        }

        @Override
        public @Nullable String failure() {
            return null;
        }

        @Override
        public void close() {}
    }
}
