package im.relay.apply;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.v1.LogEntry;
import im.protocol.v1.LogRecord;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.Partitions;
import java.util.List;

/** Reads the values of the log's records, and trusts none of them. Safe from any thread. */
final class RecordDecoder {
    private static final int FORMAT = 1;
    private static final int ID_BYTES = 16;

    private final Partitions partitions;

    RecordDecoder(Partitions partitions) {
        this.partitions = partitions;
    }

    /** What a record turned out to be. */
    sealed interface Decoded {
        record Messages(ConversationKey conversation, String sender, List<LogEntry> entries) implements Decoded {}

        /** Nothing that a gateway of any version wrote: it is moved over. */
        record Poison(String why) implements Decoded {}

        /** Written by a newer version, so it may hold accepted messages: it must not be moved over. */
        record Newer(int format) implements Decoded {}
    }

    Decoded decode(int partition, LogReader.Entry entry) {
        byte[] value = entry.value();
        if (value == null) {
            return new Decoded.Poison("no value");
        }
        try {
            return judge(partition, LogRecord.parseFrom(value));
        } catch (InvalidProtocolBufferException e) {
            return new Decoded.Poison("not a log record");
        } catch (IllegalArgumentException e) {
            return new Decoded.Poison("not a conversation");
        }
    }

    private Decoded judge(int partition, LogRecord record) {
        // Before all else: what the rest of a newer format means only a newer version knows.
        if (record.getFormat() > FORMAT) {
            return new Decoded.Newer(record.getFormat());
        }
        ConversationKey conversation = ConversationKey.parse(record.getConversation());
        String sender = record.getSender();
        if (partitions.of(conversation) != partition) {
            return new Decoded.Poison("conversation of another partition");
        }
        if (!Ids.isValid(sender) || (!conversation.isGroup() && !conversation.includes(sender))) {
            return new Decoded.Poison("sender is none of the conversation's");
        }
        List<LogEntry> entries = record.getEntriesList();
        if (record.getFormat() != FORMAT || entries.isEmpty() || entries.size() > LogPosition.MAX_MESSAGES) {
            return new Decoded.Poison("format=" + record.getFormat() + " entries=" + entries.size());
        }
        return entries.stream().allMatch(RecordDecoder::isWhole)
                ? new Decoded.Messages(conversation, sender, entries)
                : new Decoded.Poison("an entry without id, hash or envelope");
    }

    private static boolean isWhole(LogEntry entry) {
        return entry.getMessageId().size() == ID_BYTES
                && entry.getRequestHash().size() == ID_BYTES
                && !entry.getEnvelope().isEmpty();
    }
}
