package im.relay.group;

import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A group at one place of its log, its members apart.
 *
 * @param owner empty while there is no group
 * @param members how many; 0 once it is dissolved
 * @param createdAt where it began; 0 while there is none
 * @param changedAt the place of the last change that had an effect
 * @param dissolvedAt where it ended; 0 while it has not
 */
public record GroupState(
        Posting posting,
        Joining joining,
        String title,
        String owner,
        int members,
        long createdAt,
        long changedAt,
        long dissolvedAt) {
    public static final GroupState NONE = new GroupState(Posting.ALL, Joining.INVITED, "", "", 0, 0, 0, 0);

    public boolean exists() {
        return createdAt > 0;
    }

    /** Whether it is there and has not ended. */
    public boolean isOpen() {
        return exists() && dissolvedAt == 0;
    }

    /**
     * What a change did.
     *
     * @param members those of whom anything changed; when the group was dissolved, nobody: their stretches end with it
     */
    public record Effect(GroupState state, Map<String, Membership> members) {

        public boolean isNone(GroupState before) {
            return state.changedAt == before.changedAt;
        }
    }

    /**
     * The effect of a change that stands at a place: of this state and the change alone, so that whoever replays the log
     * comes to the same. Whether the sender may was decided when it was accepted (D14); what does not fit any more
     * changes nothing.
     *
     * @param position above {@link #changedAt}
     * @param lookup what is known of a uid before the change; {@link Membership#NEVER} for nothing
     */
    public Effect apply(String sender, MembershipChange change, long position, Function<String, Membership> lookup) {
        Map<String, Membership> changed = new HashMap<>();
        GroupState after = this;
        switch (change.getKind()) {
            case CREATED -> after = created(sender, change, position, lookup, changed);
            case ADDED -> after = joined(change.getUidsList(), position, lookup, changed);
            case JOINED -> after = joined(List.of(sender), position, lookup, changed);
            case REMOVED -> after = left(change.getUidsList(), position, lookup, changed);
            case LEFT -> after = left(List.of(sender), position, lookup, changed);
            case ROLE_CHANGED -> after = roles(change, position, lookup, changed);
            case SETTINGS_CHANGED -> after = isOpen() ? settings(change, position) : this;
            case DISSOLVED -> after = isOpen() ? dissolved(position) : this;
            default -> {}
        }
        return new Effect(after, changed);
    }

    private GroupState created(
            String sender,
            MembershipChange change,
            long position,
            Function<String, Membership> lookup,
            Map<String, Membership> changed) {
        if (exists()) {
            return this;
        }
        GroupState begun = new GroupState(posting, joining, title, sender, 0, position, position, 0);
        changed.put(sender, lookup.apply(sender).join(Role.OWNER, position));
        GroupState peopled = begun.joined(change.getUidsList(), position, lookup, changed);
        return peopled.settings(change, position).withMembers(changed.size(), position);
    }

    private GroupState joined(
            List<String> uids, long position, Function<String, Membership> lookup, Map<String, Membership> changed) {
        if (!isOpen()) {
            return this;
        }
        int more = 0;
        for (String uid : uids) {
            Membership before = changed.getOrDefault(uid, lookup.apply(uid));
            if (!before.isMember()) {
                changed.put(uid, before.join(Role.MEMBER, position));
                more++;
            }
        }
        return more == 0 ? this : withMembers(members + more, position);
    }

    private GroupState left(
            List<String> uids, long position, Function<String, Membership> lookup, Map<String, Membership> changed) {
        if (!isOpen()) {
            return this;
        }
        for (String uid : uids) {
            Membership before = lookup.apply(uid);
            if (before.isMember() && before.role() != Role.OWNER) {
                changed.put(uid, before.leave(position));
            }
        }
        return changed.isEmpty() ? this : withMembers(members - changed.size(), position);
    }

    private GroupState roles(
            MembershipChange change,
            long position,
            Function<String, Membership> lookup,
            Map<String, Membership> changed) {
        if (!isOpen()) {
            return this;
        }
        Role role = change.getRole();
        for (String uid : change.getUidsList()) {
            Membership before = lookup.apply(uid);
            if (before.isMember() && before.role() != Role.OWNER && before.role() != role) {
                changed.put(uid, before.as(role));
                if (role == Role.OWNER) {
                    changed.put(owner, lookup.apply(owner).as(Role.ADMIN));
                    return new GroupState(posting, joining, title, uid, members, createdAt, position, 0);
                }
            }
        }
        return changed.isEmpty() ? this : withMembers(members, position);
    }

    private GroupState settings(MembershipChange change, long position) {
        return new GroupState(
                change.getPosting() == Posting.POSTING_UNSPECIFIED ? posting : change.getPosting(),
                change.getJoining() == Joining.JOINING_UNSPECIFIED ? joining : change.getJoining(),
                change.getTitle().isEmpty() ? title : change.getTitle(),
                owner,
                members,
                createdAt,
                position,
                0);
    }

    private GroupState dissolved(long position) {
        return new GroupState(posting, joining, title, owner, 0, createdAt, position, position);
    }

    private GroupState withMembers(int count, long position) {
        return new GroupState(posting, joining, title, owner, count, createdAt, position, 0);
    }
}
