package im.simulator.chat;

/**
 * The groups of a run.
 *
 * @param groups how many, 0 or more
 * @param members users of each; with more than there are, every user
 * @param senders how many of them send, 1 or more; with more than members, every member
 * @param share of all messages that go into groups, 0 to 1; the rest goes into direct conversations
 */
public record GroupShape(int groups, int members, int senders, double share) {
    /** Direct conversations only. */
    public static final GroupShape NONE = new GroupShape(0, 0, 1, 0);

    public GroupShape {
        if (groups == 0 && share > 0) {
            throw new IllegalArgumentException("share: " + share + ", expected 0 without groups");
        }
    }
}
