package im.simulator.ledger;

/**
 * One example of what the verdict counts, for people who look for the cause.
 *
 * @param message the message's number in the run
 * @param device the device that showed it, −1 if none
 * @param position as the device was told it, 0 if it never was
 */
public record Finding(Kind kind, int message, int device, long position) {
    public enum Kind {
        LOST,
        DUPLICATE,
        REORDERED,
        CORRUPT,
        REJECTED,
        UNKNOWN
    }
}
