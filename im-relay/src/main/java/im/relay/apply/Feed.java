package im.relay.apply;

import im.protocol.v1.LogEntry;
import im.relay.Identity;
import im.relay.LogExtent;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import im.relay.apply.RecordDecoder.Decoded;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns records into messages and tells duplicates from them: the one place through which every record goes, whether it
 * only fills the window, is replayed into an index, or is applied. Lane only.
 */
final class Feed {
    private static final Logger LOG = LoggerFactory.getLogger(Feed.class);

    private final int partition;
    private final RecordDecoder decoder;
    private final Identity.Hash hash = new Identity.Hash();

    Feed(int partition, RecordDecoder decoder) {
        this.partition = partition;
        this.decoder = decoder;
    }

    /** A record of a version that this relay does not know. Stops the partition, for it may hold accepted messages. */
    static final class NewerFormatException extends RuntimeException {
        private static final long serialVersionUID = 1;

        NewerFormatException(long offset, int format) {
            super("the record at offset " + offset + " has format " + format
                    + ", written by a newer version; upgrade this relay");
        }

        /** @param position of a change of a group's membership */
        NewerFormatException(long position) {
            super("the change of a group at position " + position
                    + " means something that only a newer version knows; upgrade this relay");
        }
    }

    /**
     * @param messages those that are no duplicates
     * @param all of the record, duplicates included; 0 when it is poison
     */
    record Fed(List<LoggedMessage> messages, int all) {}

    Decoded decode(LogReader.Entry entry) {
        return decoder.decode(partition, entry);
    }

    /** @throws NewerFormatException when this version cannot read it */
    Fed feed(LogReader.Entry entry, Decoded decoded, LogExtent extent, DedupeWindow window) {
        window.advance(entry.timeMs());
        if (decoded instanceof Decoded.Messages messages) {
            return new Fed(
                    fresh(entry.offset(), messages, extent, window),
                    messages.entries().size());
        }
        if (decoded instanceof Decoded.Newer newer) {
            throw new NewerFormatException(entry.offset(), newer.format());
        }
        return new Fed(List.of(), 0);
    }

    /** Says so when the record is poison; asked of one that is applied, not of one that is only read again. */
    void tell(LogReader.Entry entry, Decoded decoded) {
        if (decoded instanceof Decoded.Poison poison) {
            LOG.atWarn()
                    .addKeyValue("partition", partition)
                    .addKeyValue("offset", entry.offset())
                    .addKeyValue("why", poison.why())
                    .log("record moved over");
        }
    }

    private List<LoggedMessage> fresh(long offset, Decoded.Messages decoded, LogExtent extent, DedupeWindow window) {
        List<LoggedMessage> fresh = new ArrayList<>(decoded.entries().size());
        byte[] prefix = Identity.prefix(decoded.conversation(), decoded.sender());
        for (int i = 0; i < decoded.entries().size(); i++) {
            LogEntry entry = decoded.entries().get(i);
            Identity identity = hash.of(
                    prefix,
                    entry.getMessageId().asReadOnlyByteBuffer(),
                    entry.getRequestHash().asReadOnlyByteBuffer());
            if (!window.seen(identity)) {
                fresh.add(new LoggedMessage(
                        decoded.conversation(),
                        decoded.sender(),
                        extent.position(offset, i),
                        window.clock(),
                        entry.getEnvelope().toByteArray()));
            }
        }
        return fresh;
    }
}
