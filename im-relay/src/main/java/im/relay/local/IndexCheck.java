package im.relay.local;

import im.protocol.ConversationKey;
import java.util.function.Consumer;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Compares the users' indexes with the conversations. */
final class IndexCheck {
    private final Tables tables;
    private final long lastPosition;
    private final Consumer<String> wrong;
    private long entries;

    IndexCheck(Tables tables, long lastPosition, Consumer<String> wrong) {
        this.tables = tables;
        this.lastPosition = lastPosition;
        this.wrong = wrong;
    }

    /** @param expected entries, one for each conversation of each uid */
    void run(long expected) throws RocksDBException {
        String uid = "";
        long version = 0;
        long largest = 0;
        try (RocksIterator at = tables.db.newIterator(tables.index)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                String[] key = Keyspace.text(at.key(), 0, at.key().length).split("\0", 2);
                long number = Keyspace.number(at.value(), 0);
                if (!key[0].equals(uid)) {
                    version(uid, version, largest);
                    uid = key[0];
                    version = 0;
                    largest = 0;
                }
                if (key[1].isEmpty()) {
                    version = number;
                } else {
                    entry(uid, key[1], number);
                    largest = Math.max(largest, number);
                }
            }
            at.status();
        }
        version(uid, version, largest);
        if (entries != expected) {
            wrong.accept("the indexes have " + entries + " entries, expected " + expected);
        }
    }

    private void entry(String uid, String conversation, long head) throws RocksDBException {
        entries++;
        long expected = FolderCheck.extent(tables, conversation).head();
        if (!ConversationKey.parse(conversation).includes(uid) || head != expected) {
            wrong.accept("index of " + uid + ": head of " + conversation + " is " + head + ", expected " + expected);
        }
    }

    private void version(String uid, long version, long largestHead) throws RocksDBException {
        long largest = largestHead;
        byte[] prefix = Keyspace.joined(uid, "");
        try (RocksIterator at = tables.db.newIterator(tables.joined)) {
            for (at.seek(prefix); at.isValid() && Keyspace.startsWith(at.key(), prefix); at.next()) {
                if (at.key().length > prefix.length) {
                    largest = Math.max(largest, Keyspace.number(at.value(), 0));
                }
            }
            at.status();
        }
        // A group that was left long ago is in no list any more, and has moved the version.
        if (version < largest || version > lastPosition) {
            wrong.accept("index of " + uid + ": version " + version + ", expected " + largest);
        }
    }
}
