package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.GroupStore.Standing;
import im.relay.group.GroupState;
import im.relay.group.Intervals;
import im.relay.group.Membership;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code groups.lua}: groups of a partition, and what they know of some uids, as of one moment. */
final class GroupsScript {
    /** Groups and uids together that one call asks about. */
    static final int MAX = 512;

    private static final Script SCRIPT = Script.of(GroupsScript.class, "groups", "members");
    private static final int HEADER = 3;
    private static final int OF_CONVERSATION = 3;

    private final StoreKeys keys;

    GroupsScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** Some uids of a group. */
    record Asked(String group, Collection<String> uids) {}

    /**
     * @param applied where the view stands, -1 where it is not there
     * @param restoring whether groups are being put into a view that was lost, so that none of them is to be believed
     * @param groups in the order asked
     */
    record Read(long applied, boolean restoring, List<Group> groups) {}

    /**
     * @param head of its conversation, 0 where there is none; after a loss, while nothing more is known, its last change
     * @param timeMs the log's, of the message at the head; 0 where only its last change is known
     * @param members of those asked about; {@link Membership#NEVER} where nothing is known
     */
    record Group(String group, GroupState state, long head, long floor, long timeMs, Map<String, Membership> members) {

        /** What the uid may read. */
        Intervals intervals(String uid) {
            return members.getOrDefault(uid, Membership.NEVER).intervals(state.dissolvedAt());
        }

        Standing standing(String uid) {
            return Standing.of(group, uid, state, members.getOrDefault(uid, Membership.NEVER), head);
        }
    }

    /** @param asked of one partition */
    Call call(int partition, List<Asked> asked) {
        List<byte[]> touched = new ArrayList<>(1 + 4 * asked.size());
        List<byte[]> args = new ArrayList<>();
        touched.add(keys.state(partition));
        for (Asked one : asked) {
            touched.add(keys.conversation(partition, ConversationKey.group(one.group())));
            touched.add(keys.group(partition, one.group()));
            touched.add(keys.members(partition, one.group()));
            touched.add(keys.stretches(partition, one.group()));
            args.add(Redis.decimal(one.uids().size()));
            one.uids().forEach(uid -> args.add(StoreKeys.bytes(uid)));
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }

    static Read read(List<Asked> asked, Reply reply) {
        long floor = reply.number(2);
        List<Group> groups = new ArrayList<>(asked.size());
        for (int i = 0; i < asked.size(); i++) {
            groups.add(group(asked.get(i), floor, reply.at(HEADER + i)));
        }
        return new Read(reply.number(0), reply.number(1) == 1, groups);
    }

    private static Group group(Asked asked, long floor, Reply reply) {
        Map<String, Membership> members = new LinkedHashMap<>();
        int at = OF_CONVERSATION + StoredGroups.FIELDS;
        for (String uid : asked.uids()) {
            members.put(uid, StoredGroups.membership(reply.text(at), reply.text(at + 1)));
            at += 2;
        }
        GroupState state = StoredGroups.state(reply, OF_CONVERSATION);
        return new Group(
                asked.group(),
                state,
                Math.max(reply.isNull(0) ? 0 : reply.number(0), state.changedAt()),
                reply.isNull(1) ? floor : reply.number(1),
                reply.isNull(2) ? 0 : reply.number(2),
                members);
    }

    /** Cut so that each piece is one call; at least one, which asks about no group where there is none. */
    static List<List<Asked>> pieces(List<Asked> asked) {
        Pieces.Cut<Asked> cut = new Pieces.Cut<>(MAX);
        for (Asked one : asked) {
            List<String> uids = List.copyOf(one.uids());
            cut.add(uids, (from, to) -> new Asked(one.group(), uids.subList(from, to)));
        }
        return cut.pieces();
    }
}
