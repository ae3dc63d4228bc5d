package im.router;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * A shared map (uid, device) → node and connection. What is registered is a connection of this process. Safe from any
 * thread; no call blocks. A stage completes on a thread of the form's choice, in the memory form before the call
 * returns. Forms that ask a server complete exceptionally when it does not answer; the route may be in place then or
 * not, and {@link #mend} sees to it that it is not.
 */
public interface RouteDirectory {

    /**
     * Makes {@code connection} the route of (uid, device) unless the stored attempt is larger; equal attempts replace.
     * What was replaced is returned, so that the caller can close it. A route whose node is dead is replaced as well
     * and returned as nothing, but its attempt counts.
     *
     * @param group of the uid's connections only one is to stay, the one that was registered last: the others that have
     *     their routes at that moment are told, and it is the caller who closes them; or {@link #NO_GROUP}
     * @return exceptionally with {@link NodeFencedException} while this process holds no lease
     */
    CompletionStage<Registration> register(String uid, String device, long attempt, long connection, int group);

    /** Of a connection that displaces none of another device, and that none of another device displaces. */
    int NO_GROUP = 0;

    /** {@link #register(String, String, long, long, int)} without a group. */
    default CompletionStage<Registration> register(String uid, String device, long attempt, long connection) {
        return register(uid, device, attempt, connection, NO_GROUP);
    }

    /** Removes the route if it still names {@code connection}; completes with whether it did. */
    CompletionStage<Boolean> remove(String uid, String device, long connection);

    /** The connections of all devices of the uid, in no order; empty when nobody is there. Routes of dead nodes are left out. */
    CompletionStage<Routes> routesOf(String uid);

    /** {@link #routesOf(String)} of many in one go; uids with nobody there are left out. */
    default CompletionStage<Map<String, Routes>> routesOf(Collection<String> uids) {
        Map<String, Routes> found = new HashMap<>();
        CompletionStage<Map<String, Routes>> all = CompletableFuture.completedStage(found);
        for (String uid : uids) {
            all = all.thenCombine(routesOf(uid), (map, routes) -> {
                if (!routes.isEmpty()) {
                    map.put(uid, routes);
                }
                return map;
            });
        }
        return all;
    }

    /**
     * Compares what this node registered with what is there and writes again what is missing, never over a larger
     * attempt; also after a new lease, when all that was registered is to be written in the name of the new node. To
     * be called once a heartbeat. A call while another is under way gets the other's answer. Forms that cannot lose a
     * route have nothing to do.
     *
     * @return exceptionally when something could not be compared, or with {@link NodeFencedException} without a lease;
     *     the rest is done all the same, and the next call makes up for it
     */
    default CompletionStage<Mended> mend() {
        return CompletableFuture.completedStage(Mended.NOTHING);
    }

    /**
     * What {@link #mend} found.
     *
     * @param checked routes compared
     * @param written those that were missing
     * @param displaced those that a larger attempt holds elsewhere, each told to the form's {@link DisplacedListener}
     */
    record Mended(int checked, int written, int displaced) {
        public static final Mended NOTHING = new Mended(0, 0, 0);

        public Mended plus(Mended other) {
            return new Mended(checked + other.checked, written + other.written, displaced + other.displaced);
        }
    }

    /** Hears of connections of this process that were displaced while nobody told it. Called by {@link #mend}; must not block. */
    interface DisplacedListener {
        /** @param storedAttempt of the newer connection; its route stays */
        void displaced(String uid, String device, long connection, long storedAttempt);
    }
}
