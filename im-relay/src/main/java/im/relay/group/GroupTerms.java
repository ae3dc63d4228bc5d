package im.relay.group;

/**
 * The bounds of groups, held when a change is accepted.
 *
 * @param anybodyCreates whether any uid may begin a group
 * @param maxMembers of one group, 2 to a million
 * @param maxGroups that one uid may be a member of, 1 to 100 000
 */
public record GroupTerms(boolean anybodyCreates, int maxMembers, int maxGroups) {
    public static final GroupTerms DEFAULT = new GroupTerms(true, 100_000, 1_000);

    public GroupTerms {
        if (maxMembers < 2 || maxMembers > 1_000_000) {
            throw new IllegalArgumentException("maxMembers=" + maxMembers + ", expected 2 to 1000000");
        }
        if (maxGroups < 1 || maxGroups > 100_000) {
            throw new IllegalArgumentException("maxGroups=" + maxGroups + ", expected 1 to 100000");
        }
    }
}
