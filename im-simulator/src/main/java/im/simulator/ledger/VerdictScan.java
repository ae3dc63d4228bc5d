package im.simulator.ledger;

/** One pass over all messages, adding up what depends on a message's final outcome. */
final class VerdictScan {
    private final MessageTable messages;
    private long accepted;
    private long rejected;
    private long unknown;
    private long expected;
    private long delivered;
    private long deliveredUnknown;
    private long deliveredRejected;

    VerdictScan(MessageTable messages) {
        this.messages = messages;
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
        int received = messages.received(message);
        switch (messages.outcome(message)) {
            case ACCEPTED -> {
                accepted++;
                expected += messages.slots(message) - 1;
                delivered += received;
            }
            case REJECTED -> {
                rejected++;
                deliveredRejected += received > 0 || messages.hasSeen(message, messages.senderSlot(message)) ? 1 : 0;
            }
            case PENDING, UNKNOWN -> {
                unknown++;
                deliveredUnknown += received;
            }
        }
    }
}
