package im.router.redis;

/** Where slots and leases lie: {@code im:{nodes}:leases} and {@code im:{nodes}:incarnations}. */
final class LeaseKeys {
    private LeaseKeys() {}

    static byte[] leases(Redis redis) {
        return redis.keys().ofNodes("leases");
    }

    static byte[] incarnations(Redis redis) {
        return redis.keys().ofNodes("incarnations");
    }

    static byte[][] both(Redis redis) {
        return new byte[][] {leases(redis), incarnations(redis)};
    }
}
