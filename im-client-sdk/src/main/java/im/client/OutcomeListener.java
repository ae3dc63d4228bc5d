package im.client;

/**
 * Told how a send of an earlier run of the app has ended; those of this run end in their own futures. On the callback
 * executor, never concurrently with another listener of the client. A crash before it has returned brings the same
 * outcome, or a better one, again in the next run.
 */
@FunctionalInterface
public interface OutcomeListener {
    void onOutcome(String peer, SendOutcome outcome);

    /** The same of what was sent into a group; nobody is told unless this is overridden. */
    default void onGroupOutcome(String group, SendOutcome outcome) {}
}
