package im.simulator.ledger;

/**
 * The ledger's sums at one moment. All are messages, except {@code expected} to {@code corrupt}, which are callbacks.
 *
 * @param sent distinct messages attempted
 * @param accepted the gateway said OK
 * @param rejected the gateway or the client refused for good
 * @param unknown the client gave up asking, or had no outcome yet
 * @param expected for each accepted message, every device of the conversation but the sending one
 * @param delivered first callbacks of accepted messages on those devices
 * @param duplicates second and later callbacks of a message on a device
 * @param lost {@code expected − delivered}
 * @param reordered first callbacks that broke an order: a position that did not rise on that device, one that another
 *     device was told differently, or a message behind a later one of the same sending device
 * @param corrupt callbacks of what nobody sent like this, and messages delivered although they were rejected
 * @param ownCopies first callbacks on the sending device
 * @param deliveredUnknown first callbacks of messages whose outcome is not known
 */
public record Verdict(
        long sent,
        long accepted,
        long rejected,
        long unknown,
        long expected,
        long delivered,
        long duplicates,
        long lost,
        long reordered,
        long corrupt,
        long ownCopies,
        long deliveredUnknown) {

    /** Whether something was proved that no further waiting can mend. */
    public boolean violated() {
        return duplicates > 0 || reordered > 0 || corrupt > 0 || rejected > 0;
    }

    /** Whether something has not arrived, or its outcome is open. */
    public boolean incomplete() {
        return lost > 0 || unknown > 0;
    }
}
