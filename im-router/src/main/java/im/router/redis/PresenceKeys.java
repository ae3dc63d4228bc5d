package im.router.redis;

/**
 * Keys of presence, in the bucket of the uid: {@code im:{u<B>}:seen:<uid>}, when it was last connected, and
 * {@code im:{u<B>}:watch:<uid>}, the nodes that watch it, which expires with the last of them.
 */
final class PresenceKeys {
    private PresenceKeys() {}

    static byte[] seen(Redis redis, String uid) {
        return redis.keys().ofUid(uid, "seen");
    }

    static byte[] watching(Redis redis, String uid) {
        return redis.keys().ofUid(uid, "watch");
    }
}
