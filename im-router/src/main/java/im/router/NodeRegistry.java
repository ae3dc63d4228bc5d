package im.router;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which nodes are alive: each holds a slot with a lease that ends when the node no longer renews it. Renewal, and coming
 * back after the registry was away, are the form's own work. Safe from any thread; no call blocks. Listeners run on a
 * thread of the form's choice and must not block.
 */
public interface NodeRegistry extends AutoCloseable {

    /**
     * Takes the lowest free slot for its role ({@link SlotRange}) and keeps it.
     *
     * @param info asked for at each renewal
     * @return completes once a lease is held; exceptionally with {@link IllegalStateException} when a live node of the
     *     role has that name already, or no slot is free
     */
    CompletionStage<NodeId> join(Supplier<NodeInfo> info, LeaseListener listener);

    /** Has the others hear what {@link #join}'s info says now, at once and not with the next renewal. */
    void announce();

    /** The node this process is; null before {@link #join}, and from a lapse until the next lease. */
    @Nullable NodeId self();

    Nodes nodes();

    /** Hears of every change from now on, the present state first. */
    void watch(Consumer<Nodes> listener);

    /**
     * Null while the registry answers and this process, once it has joined, holds a lease or may have one; otherwise what
     * is wrong, for the readiness page.
     */
    @Nullable String failure();

    /** Gives the lease back, so that others see at once that the node is gone. */
    @Override
    void close();

    /** What becomes of this node's lease after {@link #join}. */
    interface LeaseListener {
        /**
         * The lease has ended while the node was still there, or may have: nobody counts on it any more. Nothing may be
         * done in the name of that id again.
         */
        void lapsed(NodeId id);

        /** A new lease, always another {@link NodeId} than before. */
        void renewed(NodeId id);
    }
}
