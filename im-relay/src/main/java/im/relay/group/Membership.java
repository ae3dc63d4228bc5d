package im.relay.group;

import im.protocol.v1.MembershipChange.Role;
import java.util.ArrayList;
import java.util.List;

/**
 * What a group knows of one uid.
 *
 * @param role {@code ROLE_UNSPECIFIED} while it is no member
 * @param joined since when it is a member; 0 while it is none
 * @param closed the newest {@link #MAX_CLOSED} stretches before, rising; in front of them, where there were more, an
 *     empty one that ends where the newest of those did
 */
public record Membership(Role role, long joined, List<Interval> closed) {
    /** What stands in an older stretch than these cannot be read any more, which its reader is told. */
    public static final int MAX_CLOSED = 8;

    public static final Membership NEVER = new Membership(Role.ROLE_UNSPECIFIED, 0, List.of());

    public Membership {
        closed = List.copyOf(closed);
    }

    public boolean isMember() {
        return joined > 0;
    }

    /** Whether nothing is known of it: it never was a member, or not for as long as anything is held. */
    public boolean isStranger() {
        return joined == 0 && closed.isEmpty();
    }

    /** Whether it may change whose group it is not. */
    public boolean isAdmin() {
        return role == Role.ADMIN || role == Role.OWNER;
    }

    Membership join(Role as, long position) {
        return new Membership(as, position, closed);
    }

    Membership as(Role other) {
        return new Membership(other, joined, closed);
    }

    Membership leave(long position) {
        List<Interval> all = new ArrayList<>(closed);
        all.add(new Interval(joined, position));
        int dropped = (int) all.stream().filter(one -> !one.isEmpty()).count() - MAX_CLOSED;
        if (dropped > 0) {
            int last = all.size() - MAX_CLOSED - 1;
            long end = all.get(last).left();
            all.subList(0, last + 1).clear();
            all.add(0, new Interval(end + 1, end));
        }
        return new Membership(Role.ROLE_UNSPECIFIED, 0, all);
    }

    /** @param dissolvedAt where the group ended; 0 while it has not */
    public Intervals intervals(long dissolvedAt) {
        List<Interval> all = new ArrayList<>(closed);
        if (isMember()) {
            all.add(new Interval(joined, dissolvedAt > 0 ? dissolvedAt : Long.MAX_VALUE));
        }
        return new Intervals(all);
    }
}
