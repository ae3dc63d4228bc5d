package im.gateway.delivery;

/** Whether a conversation's head is at a position or above. */
public enum Reached {
    YES,
    NO,
    /** The view has not got so far itself, as after it lost everything, so that nobody can tell (D19). */
    UNKNOWN
}
