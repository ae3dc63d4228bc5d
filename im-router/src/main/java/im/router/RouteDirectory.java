package im.router;

import java.util.concurrent.CompletionStage;

/**
 * A shared map (uid, device) → node and connection. What is registered is a connection of this process. Safe from any thread; no call blocks. A stage completes on a thread of the
 * form's choice, in the memory form before the call returns.
 */
public interface RouteDirectory {

    /**
     * Makes {@code connection} the route of (uid, device) unless the stored attempt is larger; equal attempts replace.
     * What was replaced is returned, so that the caller can close it.
     */
    CompletionStage<Registration> register(String uid, String device, long attempt, long connection);

    /** Removes the route if it still names {@code connection}; completes with whether it did. */
    CompletionStage<Boolean> remove(String uid, String device, long connection);

    /** The connections of all devices of the uid, in no order; empty when nobody is there. */
    CompletionStage<Routes> routesOf(String uid);
}
