package im.client;

/**
 * Told how uids are that were {@linkplain Presence#subscribe subscribed to}: once when it is known, and whenever it changes;
 * while the app is slow only what is newest of each. On the callback executor, never concurrently with another listener.
 */
@FunctionalInterface
public interface PresenceListener {
    void onPresence(UserPresence presence);
}
