package im.relay.local;

import java.util.function.Consumer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Compares cursors and read positions, which end no higher than the head, with the conversations. */
final class ProgressCheck {
    private final Tables tables;
    private final Consumer<String> wrong;

    ProgressCheck(Tables tables, Consumer<String> wrong) {
        this.tables = tables;
        this.wrong = wrong;
    }

    /** How many devices there are. */
    long run() throws RocksDBException {
        positions("cursor", tables.cursors);
        positions("read position", tables.reads);
        long devices = 0;
        try (RocksIterator at = tables.db.newIterator(tables.devices)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                devices++;
            }
            at.status();
        }
        return devices;
    }

    /** The conversation is what stands behind the last zero of the key. */
    private void positions(String what, ColumnFamilyHandle table) throws RocksDBException {
        try (RocksIterator at = tables.db.newIterator(table)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                String key = Keyspace.text(at.key(), 0, at.key().length);
                String conversation = key.substring(key.lastIndexOf('\0') + 1);
                long position = Keyspace.number(at.value(), 0);
                long head = FolderCheck.extent(tables, conversation).head();
                if (position > head) {
                    wrong.accept(what + " " + key.replace('\0', ' ') + ": " + position + " above the head " + head);
                }
            }
            at.status();
        }
    }
}
