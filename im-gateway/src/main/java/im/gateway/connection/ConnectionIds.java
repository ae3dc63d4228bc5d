package im.gateway.connection;

/**
 * A connection's id is one positive long: 8 bits of loop, 24 bits of slot in that loop's registry, 31 bits of
 * generation, so that whoever stored the id of a connection that is gone reaches nobody.
 */
public final class ConnectionIds {
    public static final int MAX_LOOPS = 1 << 8;
    public static final int MAX_SLOTS = 1 << 24;

    private static final int GENERATION_BITS = 31;
    private static final int SLOT_BITS = 24;

    private ConnectionIds() {}

    static long of(int loop, int slot, int generation) {
        return ((long) loop << (SLOT_BITS + GENERATION_BITS)) | ((long) slot << GENERATION_BITS) | generation;
    }

    public static int loop(long id) {
        return (int) (id >>> (SLOT_BITS + GENERATION_BITS));
    }

    static int slot(long id) {
        return (int) (id >>> GENERATION_BITS) & (MAX_SLOTS - 1);
    }
}
