package im.client;

/**
 * Takes transient messages, on the callback executor, never concurrently with another listener; dropped while the app
 * is slow.
 */
@FunctionalInterface
public interface TransientListener {
    void onTransient(TransientMessage message);
}
