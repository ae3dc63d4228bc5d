package im.client;

/**
 * A member of a group. Positions; 0 where there is none.
 *
 * @param role {@link MembershipChange.Role#MEMBER} also where this version of the client does not know it
 * @param joined since when it is one
 * @param delivered up to where a device of it has the group; only from {@link Groups#readers}
 * @param read up to where it has read; only from {@link Groups#readers}
 */
public record GroupMember(String uid, MembershipChange.Role role, long joined, long delivered, long read) {}
