package im.router.memory;

import im.protocol.Ids;
import im.router.Registration;
import im.router.RouteDirectory;
import im.router.Routes;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * Routes in open-addressing tables, striped by uid. A route costs its identity, packed into one byte array, and a
 * slot; a lookup allocates its result only. Every stage is complete when the call returns.
 */
public final class MemoryRouteDirectory implements RouteDirectory {
    private static final int STRIPES = 64;
    private static final CompletionStage<Routes> NOBODY = CompletableFuture.completedStage(Routes.NONE);
    private static final CompletionStage<Boolean> REMOVED = CompletableFuture.completedStage(true);
    private static final CompletionStage<Boolean> NOT_REMOVED = CompletableFuture.completedStage(false);
    private static final CompletionStage<Registration> NOTHING_DISPLACED =
            CompletableFuture.completedStage(RouteTable.NOTHING_DISPLACED);

    private final RouteTable[] stripes = new RouteTable[STRIPES];
    private final long seed;

    /**
     * @param random seeds the hash, so that nobody can choose uids that collide
     */
    public MemoryRouteDirectory(RandomGenerator random) {
        seed = random.nextLong();
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new RouteTable(seed);
        }
    }

    /**
     * @throws IllegalArgumentException when uid or device is not a valid id, or the connection is
     *     0
     */
    @Override
    public CompletionStage<Registration> register(String uid, String device, long attempt, long connection, int group) {
        if (!Ids.isValid(uid) || !Ids.isValid(device) || connection == 0) {
            throw new IllegalArgumentException(
                    "not a route: uid=" + uid + " device=" + device + " connection=" + connection);
        }
        long hash = UidHash.of(uid, seed);
        Registration registration = stripe(hash).register(hash, uid, device, attempt, connection, group);
        return registration == RouteTable.NOTHING_DISPLACED
                ? NOTHING_DISPLACED
                : CompletableFuture.completedStage(registration);
    }

    @Override
    public CompletionStage<Boolean> remove(String uid, String device, long connection) {
        long hash = UidHash.of(uid, seed);
        return stripe(hash).remove(hash, uid, device, connection) ? REMOVED : NOT_REMOVED;
    }

    @Override
    public CompletionStage<Routes> routesOf(String uid) {
        long hash = UidHash.of(uid, seed);
        long[] connections = stripe(hash).connectionsOf(hash, uid);
        return connections.length == 0 ? NOBODY : CompletableFuture.completedStage(Routes.here(connections));
    }

    /** Routes held; exact only while nobody changes them. */
    public int size() {
        int size = 0;
        for (RouteTable stripe : stripes) {
            size += stripe.size();
        }
        return size;
    }

    private RouteTable stripe(long hash) {
        return stripes[(int) (hash & (STRIPES - 1))];
    }
}
