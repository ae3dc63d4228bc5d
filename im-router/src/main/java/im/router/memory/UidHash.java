package im.router.memory;

/** A seeded hash of a uid, the same for its text and for its packed bytes. */
final class UidHash {
    private static final long FACTOR = 0x9E37_79B9_7F4A_7C15L;

    private UidHash() {}

    static long of(String uid, long seed) {
        long hash = seed;
        for (int i = 0; i < uid.length(); i++) {
            hash = step(hash, uid.charAt(i));
        }
        return finish(hash);
    }

    /** Of the bytes up to the first 0. */
    static long of(byte[] identity, long seed) {
        long hash = seed;
        for (int i = 0; identity[i] != 0; i++) {
            hash = step(hash, identity[i]);
        }
        return finish(hash);
    }

    private static long step(long hash, int c) {
        long mixed = (hash ^ c) * FACTOR;
        return mixed ^ (mixed >>> 32);
    }

    private static long finish(long hash) {
        long mixed = (hash ^ (hash >>> 29)) * 0xBF58_476D_1CE4_E5B9L;
        return mixed ^ (mixed >>> 32);
    }
}
