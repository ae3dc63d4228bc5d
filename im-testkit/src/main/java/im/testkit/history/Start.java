package im.testkit.history;

/** What a run of an app begins with. */
public enum Start {
    /** A device that the server has not seen, which wants what is accepted from its first Welcome on. */
    NEW_FROM_HEADS,
    /** A device that the server has not seen, or whose store is empty, which wants all that is held. */
    NEW_FROM_FIRST_HELD,
    /** The same device as the run before it, with the cursors that run left. */
    RESUMED
}
