package im.simulator.ledger;

/** One pass over all messages, adding up what depends on a message's final outcome. */
final class VerdictScan {
    private final MessageTable messages;
    private final Roster roster;
    private long accepted;
    private long rejected;
    private long unknown;
    private long expected;
    private long delivered;
    private long deliveredUnknown;
    private long deliveredRejected;

    VerdictScan(MessageTable messages, Roster roster) {
        this.messages = messages;
        this.roster = roster;
    }

    Verdict scan(long duplicates, long reordered, long corrupt, long ownCopies) {
        int size = messages.size();
        for (int message = 0; message < size; message++) {
            add(message);
        }
        return new Verdict(
                size,
                accepted,
                rejected,
                unknown,
                expected,
                delivered,
                duplicates,
                expected - delivered,
                reordered,
                corrupt + deliveredRejected,
                ownCopies,
                deliveredUnknown);
    }

    private void add(int message) {
        int seen = messages.seen(message);
        int received = Integer.bitCount(seen & ~(1 << messages.senderSlot(message)));
        switch (messages.outcome(message)) {
            case ACCEPTED -> {
                accepted++;
                expected += roster.slots(messages.conversation(message)) - 1;
                delivered += received;
            }
            case REJECTED -> {
                rejected++;
                deliveredRejected += seen == 0 ? 0 : 1;
            }
            case PENDING, UNKNOWN -> {
                unknown++;
                deliveredUnknown += received;
            }
        }
    }
}
