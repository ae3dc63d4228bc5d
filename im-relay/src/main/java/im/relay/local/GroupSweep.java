package im.relay.local;

import im.protocol.ConversationKey;
import java.util.Arrays;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;

/**
 * Takes groups that were left a retention ago out of the lists of uids (D16), with what the uids had of them, a few
 * entries a commit. Of a dissolved group nobody was told that it was left: it has ended so long ago when nothing of it is
 * held, for the newest message goes by its time only. Writer thread only.
 */
final class GroupSweep {
    /** Uids of which one commit counts anew of how many groups they are. */
    private static final int RECOUNTED = 8;

    private final LogState state;
    private final WriteBatch batch;
    private final GroupCommit groups;

    GroupSweep(LogState state, WriteBatch batch, GroupCommit groups) {
        this.state = state;
        this.batch = batch;
        this.groups = groups;
    }

    /** In the order of the lists; at the last the next sweep begins anew. */
    void sweep(int entries, long nowMs) throws RocksDBException {
        long oldestMs = state.trimmer.oldestMs(nowMs);
        try (RocksIterator at = state.tables.db.newIterator(state.tables.joined)) {
            at.seek(state.sweptGroups);
            for (int i = 0; i < entries && at.isValid() && groups.toRecount() < RECOUNTED; i++) {
                byte[] key = at.key();
                String[] names = Keyspace.text(key, 0, key.length).split("\0", 2);
                if (!names[1].isEmpty() && Keyspace.number(at.value(), 8) < oldestMs) {
                    forget(names[0], names[1]);
                }
                state.sweptGroups = Arrays.copyOf(key, key.length + 1);
                at.next();
            }
            at.status();
            if (!at.isValid()) {
                state.sweptGroups = new byte[0];
            }
        }
        groups.recount();
    }

    private void forget(String uid, String group) throws RocksDBException {
        ConversationKey conversation = ConversationKey.group(group);
        boolean ended = state.extent(conversation).messages() == 0;
        if (groups.forget(uid, group, ended)) {
            for (String device : state.recipients.of(uid).keySet()) {
                batch.delete(state.tables.cursors, Keyspace.cursor(uid, device, conversation));
            }
            batch.delete(state.tables.reads, Keyspace.read(uid, conversation));
        }
    }
}
