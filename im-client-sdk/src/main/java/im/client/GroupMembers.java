package im.client;

import java.util.List;

/**
 * A part of the list of a group's members.
 *
 * @param members in the order of their uids
 * @param more whether members follow the last one
 */
public record GroupMembers(GroupInfo info, List<GroupMember> members, boolean more) {
    public GroupMembers {
        members = List.copyOf(members);
    }
}
