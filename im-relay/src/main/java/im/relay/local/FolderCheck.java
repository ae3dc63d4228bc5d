package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.local.CheckReport.Copies;
import im.relay.local.Conservation.Fate;
import im.relay.local.Conservation.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/**
 * Reads a whole data folder that no server uses, changes nothing in it, and says whether what is stored more than once
 * agrees: each conversation's chain of {@code prev} with its extent, the users' indexes with the heads, cursors and read
 * positions with both, groups with their members and the users' lists of groups, and the totals of copies with what is pending (contract 18).
 */
public final class FolderCheck {
    private static final long CACHE_BYTES = 32 << 20;
    private static final int NAMED = 50;

    private final Tables tables;
    private final List<String> wrong = new ArrayList<>();
    private long wrongCount;
    private long conversations;
    private long messages;
    private long devices;
    private long heldConversations;
    private long lastPosition;
    private long indexEntries;

    private FolderCheck(Tables tables) {
        this.tables = tables;
    }

    /**
     * @throws FolderInUseException when a server has it
     * @throws FolderFormatException when it is of another format; one of an earlier format is brought to this one by
     *     a server that starts on it
     * @throws IOException when it cannot be read
     */
    public static CheckReport run(Path folder) throws IOException {
        try (DataFolder data = DataFolder.openToRead(folder);
                Tables tables = Tables.openToRead(data, CACHE_BYTES)) {
            return new FolderCheck(tables).run();
        } catch (RocksDBException e) {
            throw new IOException("cannot read the store in " + folder + ": " + e.getMessage(), e);
        }
    }

    private CheckReport run() throws RocksDBException, IOException {
        lastPosition = Keyspace.number(LogState.stored(tables, Keyspace.META_LAST), 0);
        Conservation totals = Conservation.decode(LogState.stored(tables, Keyspace.META_CONSERVATION));
        chains();
        extents();
        new IndexCheck(tables, lastPosition, this::wrong).run(indexEntries);
        new GroupCheck(tables, this::wrong).run();
        devices = new ProgressCheck(tables, this::wrong).run();
        PendingScan.Pending pending = PendingScan.run(tables);
        Copies others = copies(totals, Kind.OTHERS, pending.others());
        Copies own = copies(totals, Kind.OWN, pending.own());
        return new CheckReport(conversations, messages, devices, others, own, wrongCount, wrong);
    }

    private void wrong(String what) {
        wrongCount++;
        if (wrong.size() < NAMED) {
            wrong.add(what);
        }
    }

    private Copies copies(Conservation totals, Kind kind, long pending) {
        Copies copies = new Copies(
                totals.durable(kind, Fate.ACCEPTED),
                totals.durable(kind, Fate.ACKNOWLEDGED),
                totals.durable(kind, Fate.TRUNCATED),
                totals.durable(kind, Fate.WRITTEN_OFF),
                pending);
        if (!copies.isConserved()) {
            wrong("copies of " + (kind == Kind.OWN ? "own" : "others'") + " messages: " + copies);
        }
        return copies;
    }

    /** Each conversation's messages, in order. */
    private void chains() throws RocksDBException {
        Chain chain = new Chain("", Extent.EMPTY);
        try (RocksIterator at = tables.db.newIterator(tables.messages)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                String name = Keyspace.text(at.key(), 0, at.key().length - 9);
                if (!name.equals(chain.name)) {
                    chain.end();
                    chain = new Chain(name, extent(tables, name));
                    heldConversations++;
                }
                chain.take(Keyspace.messagePosition(at.key()), at.value());
                messages++;
            }
            at.status();
        }
        chain.end();
    }

    private void extents() throws RocksDBException {
        long held = 0;
        try (RocksIterator at = tables.db.newIterator(tables.conversations)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                String name = Keyspace.text(at.key(), 0, at.key().length);
                Extent extent = Extent.decode(at.value());
                conversations++;
                indexEntries += ConversationKey.parse(name).uids().size();
                if (extent.messages() > 0) {
                    held++;
                } else if (extent.floor() != extent.head() || extent.bytes() != 0) {
                    wrong(name + ": holds nothing, and says " + extent);
                }
                if (extent.head() > lastPosition) {
                    wrong(name + ": head " + extent.head() + " above the log's last position " + lastPosition);
                }
            }
            at.status();
        }
        if (held != heldConversations) {
            wrong(held + " conversations say that they hold messages, " + heldConversations + " do");
        }
    }

    static Extent extent(Tables tables, String conversation) throws RocksDBException {
        return Extent.decode(tables.db.get(tables.conversations, Keyspace.ascii(conversation)));
    }

    private final class Chain {
        final String name;
        private final Extent extent;
        private long last;
        private long count;
        private long bytes;

        Chain(String name, Extent extent) {
            this.name = name;
            this.extent = extent;
            this.last = extent.floor();
        }

        void take(long position, byte[] placed) {
            if (PlacedCodec.position(placed) != position) {
                wrong(name + ": at " + position + " stands " + PlacedCodec.position(placed));
            }
            if (PlacedCodec.prev(placed) != last) {
                wrong(name + ": prev of " + position + " is " + PlacedCodec.prev(placed) + ", expected " + last);
            }
            last = position;
            count++;
            bytes += placed.length;
        }

        void end() {
            if (extent.messages() != count || extent.bytes() != bytes || (count > 0 && extent.head() != last)) {
                wrong(name + ": holds " + count + " messages of " + bytes + " bytes up to " + last + ", and says "
                        + extent);
            }
        }
    }
}
