package im.client;

/**
 * Whether a uid is online: connected with one device at least, or until a moment ago.
 *
 * @param lastSeenMillis milliseconds since 1970 when its last connection ended; 0 while it is online, and where nobody knows
 */
public record UserPresence(String uid, boolean online, long lastSeenMillis) {}
