package im.router.memory;

import im.router.Registration;
import im.router.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What this process registered in a directory elsewhere, in buckets of the directory's, so that it can compare. Packed
 * as {@link MemoryRouteDirectory} is. Any thread.
 */
public final class LocalRoutes {
    private final RouteTable[] buckets;
    private final long seed;

    /** @param random seeds the hash, so that nobody can choose uids that collide */
    public LocalRoutes(int buckets, RandomGenerator random) {
        this.buckets = new RouteTable[buckets];
        this.seed = random.nextLong();
        for (int i = 0; i < buckets; i++) {
            this.buckets[i] = new RouteTable(seed);
        }
    }

    /** One connection of this process. */
    public record Entry(String uid, String device, long attempt, long connection, int group) {}

    /**
     * Puts it in the place of one with a smaller or equal attempt.
     *
     * @return the connection that it replaced, or null; also null when a larger attempt stays
     */
    public @Nullable Route put(int bucket, String uid, String device, long attempt, long connection, int group) {
        Registration registration =
                buckets[bucket].register(UidHash.of(uid, seed), uid, device, attempt, connection, group);
        return registration instanceof Registration.Registered done ? done.displaced() : null;
    }

    public boolean remove(int bucket, String uid, String device, long connection) {
        return buckets[bucket].remove(UidHash.of(uid, seed), uid, device, connection);
    }

    public boolean holds(int bucket, String uid, String device, long connection) {
        return buckets[bucket].holds(UidHash.of(uid, seed), uid, device, connection);
    }

    /** -1 when there is none. */
    public long attemptOf(int bucket, String uid, String device) {
        return buckets[bucket].attemptOf(UidHash.of(uid, seed), uid, device);
    }

    /** A copy of what is in the bucket now. */
    public List<Entry> in(int bucket) {
        List<Entry> entries = new ArrayList<>(buckets[bucket].size());
        buckets[bucket].copyTo(entries);
        return entries;
    }

    /** Exact only while nobody changes it. */
    public int size() {
        int size = 0;
        for (RouteTable bucket : buckets) {
            size += bucket.size();
        }
        return size;
    }
}
