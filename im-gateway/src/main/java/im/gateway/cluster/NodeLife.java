package im.gateway.cluster;

import im.router.NodeId;
import im.router.NodeRegistry;
import im.router.RouteDirectory;
import im.router.RouteDirectory.Mended;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A gateway between its leases. While it holds none, nobody counts on it: it registers, appends and pushes nothing, and
 * what is pushed to its old name is dropped. Its sessions stay, since a node that comes back within seconds would
 * otherwise send all its clients through the door at once, and nothing is lost by keeping them: with the new lease it
 * first reads the bus under its new name, then writes all its routes anew, never over a larger attempt (D23), closes
 * with 4409 those that a larger one holds by now (D22), and then has every session compare what it has with the store.
 * In that order, so that what falls between two of the steps is found by a later one.
 *
 * <p>Once a heartbeat routes are compared and mended, and the groups that this node stands for are said again. Any thread; the registry's calls come one after the other.
 */
public final class NodeLife implements NodeRegistry.LeaseListener {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLife.class);
    static final int RETRY_MILLIS = 500;
    /** So that what many partitions tell is done once. */
    private static final int GATHER_MILLIS = 1_000;

    private final RouteDirectory routes;
    private final GroupInterest interest;
    private final Function<NodeId, CompletionStage<Void>> follow;
    private final Runnable resync;
    private final ScheduledExecutorService timer;
    private final ClusterMeters meters;
    private final AtomicBoolean gathering = new AtomicBoolean();
    private volatile @Nullable String fenced;
    /** Whom the newest lease names: a come-back under an older one ends where it is. */
    private volatile @Nullable NodeId current;

    /**
     * @param interest mended with the routes
     * @param follow makes the receiver of pushes read what is pushed to that node from now on; the stage completes when
     *     it does
     * @param resync has every session compare
     * @param timer for a few short tasks; not closed here
     */
    public NodeLife(
            RouteDirectory routes,
            GroupInterest interest,
            Function<NodeId, CompletionStage<Void>> follow,
            Runnable resync,
            ScheduledExecutorService timer,
            ClusterMeters meters) {
        this.routes = routes;
        this.interest = interest;
        this.follow = follow;
        this.resync = resync;
        this.timer = timer;
        this.meters = meters;
    }

    /**
     * The first lease is there: the receiver reads what is pushed to its name, unless a newer one came meanwhile.
     *
     * @return completes when it does; exceptionally with {@link CancellationException} if there is a newer lease
     */
    public CompletionStage<Void> joined(NodeId id) {
        CompletionStage<Void> following = followIf(null, id);
        return following == null
                ? CompletableFuture.failedFuture(new CancellationException("there is a newer lease"))
                : following;
    }

    /** Begins to mend routes, once a heartbeat. */
    public void begin(Duration heartbeat) {
        long millis = heartbeat.toMillis();
        var unused = timer.scheduleWithFixedDelay(this::mendQuietly, millis, millis, TimeUnit.MILLISECONDS);
    }

    /**
     * Views were lost and are there again: routes may be gone too, and without them nothing is pushed here until the next
     * heartbeat. Soon they are written anew, and every session compares. Any thread.
     */
    public void lost() {
        if (gathering.compareAndSet(false, true)) {
            var unused = timer.schedule(
                    () -> {
                        gathering.set(false);
                        mend().whenComplete((mended, failure) -> {
                            meters.resync();
                            resync.run();
                        });
                    },
                    GATHER_MILLIS,
                    TimeUnit.MILLISECONDS);
        }
    }

    private void mendQuietly() {
        if (fenced == null) {
            mend().whenComplete((mended, failure) -> {
                if (failure != null) {
                    LOG.atDebug().addKeyValue("why", failure.toString()).log("routes cannot be compared");
                }
            });
        }
    }

    /** Both, whatever becomes of the other. */
    private CompletionStage<Mended> mend() {
        CompletionStage<Mended> both = routes.mend().whenComplete((mended, failure) -> {
            if (failure == null) {
                meters.mended(mended.written(), mended.displaced());
            }
        });
        return both.thenCombine(interest.mend(), (mended, said) -> mended);
    }

    @Override
    public void lapsed(NodeId id) {
        fenced = "the lease has lapsed";
        current = null;
        meters.lapsed();
        LOG.atWarn()
                .addKeyValue("slot", id.slot())
                .addKeyValue("incarnation", id.incarnation())
                .log("fenced until there is a new lease");
    }

    @Override
    public void renewed(NodeId id) {
        LOG.atInfo()
                .addKeyValue("slot", id.slot())
                .addKeyValue("incarnation", id.incarnation())
                .log("back under a new lease");
        current = id;
        fenced = null;
        comeBack(id);
    }

    private void comeBack(NodeId id) {
        CompletionStage<Void> following = followIf(id, id);
        if (following == null) {
            return;
        }
        following.thenCompose(followed -> mend()).whenComplete((mended, failure) -> {
            if (!id.equals(current)) {
                return;
            }
            if (failure == null) {
                meters.resync();
                resync.run();
            } else {
                LOG.atWarn().addKeyValue("why", failure.toString()).log("routes are not in place yet, trying again");
                var unused = timer.schedule(() -> comeBack(id), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        });
    }

    /** One at a time, so that whoever finds the older name to be current does not take the receiver back from the newer. */
    private synchronized @Nullable CompletionStage<Void> followIf(@Nullable NodeId expected, NodeId id) {
        return Objects.equals(expected, current) ? follow.apply(id) : null;
    }

    /** Why this node is fenced, for the readiness page; null when it is not. */
    public @Nullable String failure() {
        return fenced;
    }
}
