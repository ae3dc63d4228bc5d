package im.simulator.ledger;

/**
 * Who is in a group.
 *
 * @param users each once, those who send first
 * @param senders how many of them send, 1 or more
 */
public record GroupMembers(int[] users, int senders) {
    public GroupMembers {
        if (senders < 1 || senders > users.length) {
            throw new IllegalArgumentException("senders: " + senders + " of " + users.length);
        }
    }
}
