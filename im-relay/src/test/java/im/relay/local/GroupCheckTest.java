package im.relay.local;

import static im.relay.Answers.append;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Conversation;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Role;
import im.protocol.v1.Send;
import im.relay.AppendRequest;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.RocksDBException;

/** A check of a folder finds groups that do not agree with their members. */
class GroupCheckTest {
    @TempDir
    Path folder;

    private interface Bending {
        void bend(Tables tables) throws RocksDBException;
    }

    private enum Damage {
        COUNT("group g: has 2 members, and says 3", t -> {
            GroupState is = GroupRecords.group(t.db.get(t.groups, Keyspace.ascii("g")));
            GroupState bent = new GroupState(
                    is.posting(),
                    is.joining(),
                    is.title(),
                    is.owner(),
                    3,
                    is.createdAt(),
                    is.changedAt(),
                    is.dissolvedAt());
            t.db.put(t.groups, Keyspace.ascii("g"), GroupRecords.encode(bent));
        }),
        MEMBER_GONE("group g: has 1 members, and says 2", t -> t.db.delete(t.members, Keyspace.member("g", "b"))),
        GROUP_GONE("5 memberships are held, 2 of them of groups", t -> t.db.delete(t.groups, Keyspace.ascii("g"))),
        TWO_OWNERS(
                "group g: b is OWNER, the owner is a",
                t -> t.db.put(
                        t.members,
                        Keyspace.member("g", "b"),
                        GroupRecords.encode(new Membership(Role.OWNER, 1, List.of())))),
        JOINED_IN_THE_FUTURE(
                "group g: b joined at 99, above the head",
                t -> t.db.put(
                        t.members,
                        Keyspace.member("g", "b"),
                        GroupRecords.encode(new Membership(Role.MEMBER, 99, List.of())))),
        NOT_LISTED("group g: not in the list of its member b", t -> t.db.delete(t.joined, Keyspace.joined("b", "g"))),
        TOO_FEW_LISTED(
                "groups of a: is in 1, and says 0",
                t -> t.db.put(t.joined, Keyspace.joined("a", ""), Keyspace.number(0))),
        TOO_MANY_LISTED(
                "groups of a: is in 1, and says 3",
                t -> t.db.put(t.joined, Keyspace.joined("a", ""), Keyspace.number(3)));

        private final String says;

        @SuppressWarnings("ImmutableEnumChecker")
        private final Bending bending;

        Damage(String says, Bending bending) {
            this.says = says;
            this.bending = bending;
        }
    }

    /** a and b are in g, c was; h of a and b is dissolved. */
    private void fill() {
        try (TestStore store = TestStore.opened(folder)) {
            change(store, "g", "a", Kind.CREATED, "b", "c");
            change(store, "g", "a", Kind.REMOVED, "c");
            change(store, "h", "a", Kind.CREATED, "b");
            change(store, "h", "a", Kind.DISSOLVED);
        }
    }

    private long ids;

    private void change(TestStore store, String group, String sender, Kind kind, String... uids) {
        MessageId id = new MessageId(0x7000, ++ids);
        Send send = Send.newBuilder()
                .setMessageId(id.toString())
                .setConversation(Conversation.newBuilder().setGroup(group))
                .setMembership(MembershipChange.newBuilder().setKind(kind).addAllUids(List.of(uids)))
                .build();
        append(
                store.log(),
                new AppendRequest(
                        ConversationKey.group(group),
                        sender,
                        id,
                        EnvelopeCodec.requestHash(send),
                        ids,
                        EnvelopeCodec.encode(send, sender, "d", ids)));
    }

    @Test
    void soundGroupsAreFoundSound() throws Exception {
        fill();

        assertThat(FolderCheck.run(folder).wrong()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Damage.class)
    void whatWasBentIsFound(Damage damage) throws Exception {
        fill();
        try (DataFolder data = DataFolder.open(folder);
                Tables tables = Tables.open(data, 1 << 20)) {
            damage.bending.bend(tables);
        }

        assertThat(FolderCheck.run(folder).wrong()).anyMatch(line -> line.contains(damage.says));
    }
}
