package im.relay.redis;

import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.relay.GroupEffect;
import im.relay.group.GroupState;
import im.relay.group.Interval;
import im.relay.group.Membership;
import im.router.redis.Redis;
import im.router.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Groups and memberships as {@link StoreKeys} lays them out and {@code members.lua} takes them. */
final class StoredGroups {
    /** Of a group's state. */
    static final int FIELDS = 8;

    private StoredGroups() {}

    /** What {@code put_group} takes of some of the members. */
    static List<byte[]> args(GroupState group, List<Map.Entry<String, Membership>> members) {
        List<byte[]> args = new ArrayList<>(FIELDS + 3 * members.size());
        args.add(Redis.decimal(group.posting().getNumber()));
        args.add(Redis.decimal(group.joining().getNumber()));
        args.add(Redis.decimal(group.members()));
        args.add(Redis.decimal(group.createdAt()));
        args.add(Redis.decimal(group.changedAt()));
        args.add(Redis.decimal(group.dissolvedAt()));
        args.add(StoreKeys.bytes(group.owner()));
        args.add(group.title().getBytes(StandardCharsets.UTF_8));
        for (Map.Entry<String, Membership> member : members) {
            args.add(StoreKeys.bytes(member.getKey()));
            args.add(StoreKeys.bytes(standing(member.getValue())));
            args.add(StoreKeys.bytes(stretches(member.getValue().closed())));
        }
        return args;
    }

    static List<byte[]> args(GroupEffect effect) {
        return args(effect.state(), List.copyOf(effect.members().entrySet()));
    }

    private static String standing(Membership one) {
        return one.isMember() ? one.role().getNumber() + " " + one.joined() : "";
    }

    private static String stretches(List<Interval> closed) {
        StringBuilder text = new StringBuilder();
        for (Interval one : closed) {
            text.append(text.isEmpty() ? "" : " ")
                    .append(one.joined())
                    .append('-')
                    .append(one.left());
        }
        return text.toString();
    }

    /** Of the eight fields from {@code at} on. */
    static GroupState state(Reply reply, int at) {
        if (reply.isNull(at + 3)) {
            return GroupState.NONE;
        }
        return new GroupState(
                known(Posting.forNumber((int) reply.number(at))),
                known(Joining.forNumber((int) reply.number(at + 1))),
                reply.text(at + 7),
                reply.text(at + 6),
                (int) reply.number(at + 2),
                reply.number(at + 3),
                reply.number(at + 4),
                reply.number(at + 5));
    }

    /** @param entry in the sorted set of members, empty for none */
    static Membership membership(String entry, String stretches) {
        List<Interval> closed = new ArrayList<>();
        if (!stretches.isEmpty()) {
            for (String one : stretches.split(" ", -1)) {
                int dash = one.indexOf('-');
                closed.add(
                        new Interval(Long.parseLong(one.substring(0, dash)), Long.parseLong(one.substring(dash + 1))));
            }
        }
        if (entry.isEmpty()) {
            return closed.isEmpty() ? Membership.NEVER : new Membership(Role.ROLE_UNSPECIFIED, 0, closed);
        }
        String[] parts = entry.split(" ", -1);
        return new Membership(role(parts), Long.parseLong(parts[2]), closed);
    }

    /** Of an entry in the sorted set of members, cut at its spaces. */
    static Role role(String[] entry) {
        return known(Role.forNumber(Integer.parseInt(entry[1])));
    }

    private static <T> T known(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("a group in Redis has an unknown number");
        }
        return value;
    }
}
