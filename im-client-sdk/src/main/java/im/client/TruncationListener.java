package im.client;

/**
 * Told once of each {@link Truncation}, in its place between the messages, on the callback executor, never concurrently
 * with another listener of the client. When it has returned the truncation counts as told, also after an exception.
 */
@FunctionalInterface
public interface TruncationListener {
    void onTruncated(Truncation truncation);
}
