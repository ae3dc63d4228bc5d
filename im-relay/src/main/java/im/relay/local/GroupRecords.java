package im.relay.local;

import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.relay.group.GroupState;
import im.relay.group.Interval;
import im.relay.group.Membership;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Groups and memberships as {@link Keyspace} lays them out. */
final class GroupRecords {
    private static final int NUMBERS = 6;

    private GroupRecords() {}

    static byte[] encode(GroupState group) {
        byte[] numbers = Keyspace.numbers(
                group.posting().getNumber(),
                group.joining().getNumber(),
                group.members(),
                group.createdAt(),
                group.changedAt(),
                group.dissolvedAt());
        byte[] texts = (group.owner() + '\0' + group.title()).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(numbers.length + texts.length)
                .put(numbers)
                .put(texts)
                .array();
    }

    static GroupState group(byte @Nullable [] stored) {
        if (stored == null) {
            return GroupState.NONE;
        }
        int from = 8 * NUMBERS;
        String texts = new String(stored, from, stored.length - from, StandardCharsets.UTF_8);
        int zero = texts.indexOf('\0');
        return new GroupState(
                known(Posting.forNumber(number(stored, 0))),
                known(Joining.forNumber(number(stored, 1))),
                texts.substring(zero + 1),
                texts.substring(0, zero),
                number(stored, 2),
                Keyspace.number(stored, 24),
                Keyspace.number(stored, 32),
                Keyspace.number(stored, 40));
    }

    static byte[] encode(Membership membership) {
        long[] numbers = new long[2 + 2 * membership.closed().size()];
        numbers[0] = membership.role().getNumber();
        numbers[1] = membership.joined();
        int at = 2;
        for (Interval closed : membership.closed()) {
            numbers[at++] = closed.joined();
            numbers[at++] = closed.left();
        }
        return Keyspace.numbers(numbers);
    }

    static Membership membership(byte @Nullable [] stored) {
        if (stored == null) {
            return Membership.NEVER;
        }
        List<Interval> closed = new ArrayList<>();
        for (int at = 16; at < stored.length; at += 16) {
            closed.add(new Interval(Keyspace.number(stored, at), Keyspace.number(stored, at + 8)));
        }
        return new Membership(known(Role.forNumber(number(stored, 0))), Keyspace.number(stored, 8), closed);
    }

    private static int number(byte[] stored, int index) {
        return Math.toIntExact(Keyspace.number(stored, 8 * index));
    }

    private static <T> T known(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("store is damaged: a group's record has an unknown number");
        }
        return value;
    }
}
