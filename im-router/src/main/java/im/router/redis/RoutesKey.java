package im.router.redis;

/** The hash of a uid's routes: {@code im:{u<B>}:routes:<uid>}, device → {@link StoredRoute}. */
final class RoutesKey {
    private RoutesKey() {}

    static byte[] of(Redis redis, String uid) {
        return redis.keys().ofUid(uid, "routes");
    }
}
