package im.client;

import org.jspecify.annotations.Nullable;

/**
 * A group, and what this client's uid is in it.
 *
 * @param role null: no member
 * @param joined the position since which the uid is a member; 0 when it is none
 * @param posting who may send
 * @param joining who may join
 * @param members how many; 0 when it is dissolved
 * @param changedAt the position of the last change of membership
 * @param dissolved told by {@link ImClient#conversations} only: otherwise such a group is NOT_FOUND
 */
public record GroupInfo(
        String group,
        MembershipChange.@Nullable Role role,
        long joined,
        MembershipChange.@Nullable Posting posting,
        MembershipChange.@Nullable Joining joining,
        String title,
        int members,
        long changedAt,
        boolean dissolved) {

    public boolean isMember() {
        return role != null;
    }
}
