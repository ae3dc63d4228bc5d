package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange.Role;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.function.Consumer;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Compares groups with their members, and both with the lists of groups that uids have. */
final class GroupCheck {
    private final Tables tables;
    private final Consumer<String> wrong;
    private long ofGroups;

    GroupCheck(Tables tables, Consumer<String> wrong) {
        this.tables = tables;
        this.wrong = wrong;
    }

    void run() throws RocksDBException {
        each(tables.groups, new byte[0], this::group);
        long[] all = {0};
        each(tables.members, new byte[0], (key, value) -> all[0]++);
        if (all[0] != ofGroups) {
            wrong.accept(all[0] + " memberships are held, " + ofGroups + " of them of groups that there are");
        }
        lists();
    }

    private interface Entry {
        void take(String key, byte[] value) throws RocksDBException;
    }

    private void each(ColumnFamilyHandle table, byte[] prefix, Entry entry) throws RocksDBException {
        try (RocksIterator at = tables.db.newIterator(table)) {
            for (at.seek(prefix); at.isValid() && Keyspace.startsWith(at.key(), prefix); at.next()) {
                entry.take(Keyspace.text(at.key(), 0, at.key().length), at.value());
            }
            at.status();
        }
    }

    private void group(String group, byte[] value) throws RocksDBException {
        GroupState state = GroupRecords.group(value);
        long head =
                FolderCheck.extent(tables, ConversationKey.group(group).text()).head();
        int[] open = {0};
        each(tables.members, Keyspace.member(group, ""), (key, stored) -> {
            ofGroups++;
            Membership one = GroupRecords.membership(stored);
            if (one.isMember()) {
                open[0]++;
                member(group, state, key.substring(group.length() + 1), one, head);
            }
        });
        if (state.changedAt() > head) {
            wrong.accept("group " + group + ": changed at " + state.changedAt() + ", above the head " + head);
        }
        // Of a dissolved group nobody is a member, whatever its members' stretches say.
        int members = state.isOpen() ? open[0] : 0;
        if (state.members() != members) {
            wrong.accept("group " + group + ": has " + members + " members, and says " + state.members());
        }
    }

    private void member(String group, GroupState state, String uid, Membership one, long head) throws RocksDBException {
        if (one.joined() > head) {
            wrong.accept("group " + group + ": " + uid + " joined at " + one.joined() + ", above the head " + head);
        }
        if (!state.isOpen()) {
            return;
        }
        if ((one.role() == Role.OWNER) != uid.equals(state.owner())) {
            wrong.accept("group " + group + ": " + uid + " is " + one.role() + ", the owner is " + state.owner());
        }
        if (tables.db.get(tables.joined, Keyspace.joined(uid, group)) == null) {
            wrong.accept("group " + group + ": not in the list of its member " + uid);
        }
    }

    /** A group that was dissolved may be counted or not. */
    private void lists() throws RocksDBException {
        Listed list = new Listed("");
        try (RocksIterator at = tables.db.newIterator(tables.joined)) {
            for (at.seekToFirst(); at.isValid(); at.next()) {
                String[] key = Keyspace.text(at.key(), 0, at.key().length).split("\0", 2);
                if (!key[0].equals(list.uid)) {
                    list.end();
                    list = new Listed(key[0]);
                }
                list.take(key[1], Keyspace.number(at.value(), 0));
            }
            at.status();
        }
        list.end();
    }

    private final class Listed {
        final String uid;
        private long says;
        private long open;
        private long dissolved;

        Listed(String uid) {
            this.uid = uid;
        }

        void take(String group, long number) throws RocksDBException {
            if (group.isEmpty()) {
                says = number;
            } else if (GroupRecords.membership(tables.db.get(tables.members, Keyspace.member(group, uid)))
                    .isMember()) {
                boolean isOpen = GroupRecords.group(tables.db.get(tables.groups, Keyspace.ascii(group)))
                        .isOpen();
                open += isOpen ? 1 : 0;
                dissolved += isOpen ? 0 : 1;
            }
        }

        void end() {
            if (says < open || says > open + dissolved) {
                wrong.accept("groups of " + uid + ": is in " + open + ", and says " + says);
            }
        }
    }
}
