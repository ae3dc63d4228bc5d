package im.testkit.history;

/** How a send ended for the app. */
public enum Outcome {
    /** The server said OK. */
    ACCEPTED,
    /** The server said, with a code, that the message is not in the log and will not get there by this send. */
    REJECTED,
    /** Nobody knows. */
    UNKNOWN
}
