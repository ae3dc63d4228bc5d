package im.relay.group;

/** A stretch of a group's log that a uid may read, both ends included. */
public record Interval(long joined, long left) {

    /** Whether nothing of it is kept but its end. */
    boolean isEmpty() {
        return joined > left;
    }
}
