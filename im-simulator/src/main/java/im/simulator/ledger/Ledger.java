package im.simulator.ledger;

import im.simulator.ledger.Finding.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * The book of one run. A message's number is its place in the order of sends, so that a sending device's order is the
 * order of the numbers.
 *
 * <p>Threads: {@link #sent} from one thread, before the message goes out. Outcomes and deliveries from any thread, but
 * the deliveries of one device one at a time. Sums from any thread; exact when nothing moves.
 */
public final class Ledger {
    /** Examples kept of each kind; the sums count all. */
    private static final int FINDINGS_PER_KIND = 5;

    private final Roster roster;
    private final OrderBook order;
    private final MessageTable messages = new MessageTable();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder expected = new LongAdder();
    private final LongAdder firstCallbacks = new LongAdder();
    private final LongAdder ownCopies = new LongAdder();
    private final LongAdder duplicates = new LongAdder();
    private final LongAdder reordered = new LongAdder();
    private final LongAdder corrupt = new LongAdder();
    private final List<Finding> findings = new ArrayList<>();
    private int settledBelow;

    public Ledger(Roster roster) {
        this.roster = roster;
        this.order = new OrderBook(roster);
    }

    /**
     * A message is about to be sent.
     *
     * @param content any number below 65 536 that names what it carries
     * @param intendedNanos when it should have been sent, on the caller's clock
     * @return its number
     */
    public int sent(int conversation, int senderSlot, int content, long intendedNanos) {
        return sentToFirst(roster.slots(conversation), conversation, senderSlot, content, intendedNanos);
    }

    /**
     * As {@link #sent}, where not all take part yet.
     *
     * @param slots that it goes to: the first so many of the conversation, the sending one included
     */
    public int sentToFirst(int slots, int conversation, int senderSlot, int content, long intendedNanos) {
        return messages.add(conversation, slots, senderSlot, content, intendedNanos);
    }

    /** Its send ended. Only the first outcome counts. */
    public void settled(int message, Outcome outcome) {
        if (!messages.settle(message, outcome)) {
            return;
        }
        if (outcome == Outcome.ACCEPTED) {
            accepted.increment();
            expected.add(messages.slots(message) - 1);
        } else if (outcome == Outcome.REJECTED || outcome == Outcome.UNKNOWN) {
            int sender = roster.deviceAt(messages.conversation(message), messages.senderSlot(message));
            note(outcome == Outcome.REJECTED ? Kind.REJECTED : Kind.UNKNOWN, message, sender, 0);
        }
    }

    /**
     * A device's app was given a message of this run.
     *
     * @param message the number that the message's id carries; any value
     * @param position as the device was told it
     * @param intact whether sender, conversation and content are what was sent under that number
     */
    public Delivery delivered(int device, int message, long position, boolean intact) {
        int slot = knows(message) ? slotOf(device, message) : -1;
        if (slot < 0 || !intact) {
            corrupt.increment();
            note(Kind.CORRUPT, message, device, position);
        }
        if (slot < 0) {
            return Delivery.CORRUPT;
        }
        if (!messages.markSeen(message, slot)) {
            duplicates.increment();
            note(Kind.DUPLICATE, message, device, position);
            return Delivery.DUPLICATE;
        }
        boolean own = slot == messages.senderSlot(message);
        (own ? ownCopies : firstCallbacks).increment();
        checkOrder(device, slot, message, position);
        if (!intact) {
            return Delivery.CORRUPT;
        }
        return own ? Delivery.OWN_COPY : Delivery.FIRST;
    }

    /** −1 where the message does not go to. */
    private int slotOf(int device, int message) {
        int slot = roster.slotOf(messages.conversation(message), device);
        return slot < messages.slots(message) ? slot : -1;
    }

    private void checkOrder(int device, int slot, int message, long position) {
        int conversation = messages.conversation(message);
        int senders = roster.senderSlots(conversation);
        boolean rises = order.rises(conversation, senders, slot, messages.senderSlot(message), message, position);
        boolean agrees = messages.agreesOn(message, position);
        if (!rises || !agrees) {
            reordered.increment();
            note(Kind.REORDERED, message, device, position);
        }
    }

    /** Something came that no send of this run explains, not even by its number. */
    public void phantom(int device, long position) {
        corrupt.increment();
        note(Kind.CORRUPT, -1, device, position);
    }

    public boolean knows(int message) {
        return message >= 0 && message < messages.size();
    }

    public int conversationOf(int message) {
        return messages.conversation(message);
    }

    public int senderOf(int message) {
        return roster.deviceAt(messages.conversation(message), messages.senderSlot(message));
    }

    public int contentOf(int message) {
        return messages.content(message);
    }

    public long intendedNanosOf(int message) {
        return messages.intendedNanos(message);
    }

    public int sent() {
        return messages.size();
    }

    public long accepted() {
        return accepted.sum();
    }

    /** Callbacks that the accepted messages so far call for. */
    public long expected() {
        return expected.sum();
    }

    /** First callbacks so far, of messages with any outcome; grows as long as anything arrives. */
    public long firstCallbacks() {
        return firstCallbacks.sum();
    }

    /** Whether every send has its outcome and every accepted message is with all its recipients. One thread only. */
    public boolean settled() {
        int size = messages.size();
        while (settledBelow < size && isSettled(settledBelow)) {
            settledBelow++;
        }
        return settledBelow == size;
    }

    private boolean isSettled(int message) {
        return switch (messages.outcome(message)) {
            case PENDING -> false;
            case ACCEPTED -> messages.firstMissing(message) < 0;
            case REJECTED, UNKNOWN -> true;
        };
    }

    /** Adds up everything. Any thread; while something moves, the sums may be of slightly different moments. */
    public Verdict verdict() {
        return new VerdictScan(messages).scan(duplicates.sum(), reordered.sum(), corrupt.sum(), ownCopies.sum());
    }

    /** Examples of what the verdict counts: those seen on the way, and lost and unsettled messages as of now. */
    public List<Finding> findings() {
        List<Finding> all;
        synchronized (findings) {
            all = new ArrayList<>(findings);
        }
        int lost = 0;
        int open = 0;
        for (int message = 0;
                message < messages.size() && (lost < FINDINGS_PER_KIND || open < FINDINGS_PER_KIND);
                message++) {
            Outcome outcome = messages.outcome(message);
            if (outcome == Outcome.PENDING && open++ < FINDINGS_PER_KIND) {
                all.add(new Finding(Kind.UNKNOWN, message, senderOf(message), messages.position(message)));
            } else if (outcome == Outcome.ACCEPTED
                    && messages.firstMissing(message) >= 0
                    && lost++ < FINDINGS_PER_KIND) {
                int device = roster.deviceAt(messages.conversation(message), messages.firstMissing(message));
                all.add(new Finding(Kind.LOST, message, device, messages.position(message)));
            }
        }
        return all;
    }

    private void note(Kind kind, int message, int device, long position) {
        synchronized (findings) {
            long known = findings.stream().filter(f -> f.kind() == kind).count();
            if (known < FINDINGS_PER_KIND) {
                findings.add(new Finding(kind, message, device, position));
            }
        }
    }
}
