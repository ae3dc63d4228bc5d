package im.simulator.ledger;

/** What the sender knows of a message. */
public enum Outcome {
    PENDING,
    ACCEPTED,
    REJECTED,
    /** The client gave up asking: it may have been accepted or not. */
    UNKNOWN;

    private static final Outcome[] ALL = values();

    static Outcome of(byte code) {
        return ALL[code];
    }

    byte code() {
        return (byte) ordinal();
    }
}
