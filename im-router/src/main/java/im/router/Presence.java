package im.router;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Who is online: a uid with a route, and one that lost its last route less than the grace time ago. The routes are the
 * truth; what is told of changes are hints to look again, which may be lost, late, or about nothing. Safe from any thread;
 * no call blocks. Stages complete on a thread of the form's choice, exceptionally when nobody can tell.
 */
public interface Presence {

    /** What is so now, of each uid asked for. */
    CompletionStage<Map<String, PresenceState>> read(Collection<String> uids);

    /** A connection of this process has its route. Best effort. */
    void entered(String uid);

    /**
     * A connection of this process has ended: notes the time, then has its route removed, then tells those who watch. In
     * this order, so that who finds no route finds the time. Best effort, except for the removal.
     *
     * @param removal removes the route; called once, before this returns
     */
    void left(String uid, Supplier<? extends CompletionStage<?>> removal);

    /**
     * This process wants to hear of changes of these uids; to be repeated once a heartbeat, since interest that is not
     * is forgotten after three. Completes when whatever changes from then on is told.
     */
    CompletionStage<Void> watch(Collection<String> uids);

    /** Takes {@link #watch} back. Best effort. */
    void unwatch(Collection<String> uids);

    /** Called with a watched uid that may have come or gone, on any thread; must not block. One listener, set once. */
    void listen(Consumer<String> changed);
}
