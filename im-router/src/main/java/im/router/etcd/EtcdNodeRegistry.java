package im.router.etcd;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeRegistry;
import im.router.Nodes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes in etcd. One thread does all that is done in time: at each third of a lease it renews, reads the list of nodes
 * and sees to the watch; every half second while etcd does not answer. It blocks for single calls with a deadline.
 * Neither the library's endless renewal nor its watch that mends itself is relied on: both can end without a word.
 */
public final class EtcdNodeRegistry implements NodeRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdNodeRegistry.class);
    private static final Duration SOON = Duration.ofMillis(300);

    private final EtcdConnection etcd;
    private final RegistryTerms terms;
    private final NodeTable table = new NodeTable();
    private final NodeWatch watch;
    private final AtomicReference<@Nullable NodeLease> own = new AtomicReference<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition poked = lock.newCondition();
    private final Thread thread;
    private final long epoch = System.nanoTime();
    /** Nanoseconds after the epoch. */
    private long nextTurn = Long.MAX_VALUE;

    private volatile boolean closed;
    private volatile @Nullable String failure = "etcd was not asked yet";

    private EtcdNodeRegistry(EtcdConnection etcd, RegistryTerms terms) {
        this.etcd = etcd;
        this.terms = terms;
        this.watch = new NodeWatch(etcd, table, () -> wake(SOON));
        this.thread = new Thread(this::run, "im-etcd-registry");
        thread.setDaemon(true);
    }

    /**
     * Begins to watch; what is known is there a moment later.
     *
     * @param etcd stays the caller's, who closes it after the registry; its calls take at most a third of a lease
     */
    public static EtcdNodeRegistry start(EtcdConnection etcd, RegistryTerms terms) {
        if (etcd.callTimeout().compareTo(terms.renewal()) > 0) {
            throw new IllegalArgumentException("callTimeout: " + etcd.callTimeout()
                    + ", expected at most a third of the lease of " + terms.lease());
        }
        EtcdNodeRegistry registry = new EtcdNodeRegistry(etcd, terms);
        registry.thread.start();
        return registry;
    }

    @Override
    public CompletionStage<NodeId> join(Supplier<NodeInfo> info, LeaseListener listener) {
        NodeLease lease = new NodeLease(etcd, terms, info, listener);
        NodeLease before = own.get();
        boolean vacant = before == null || before.joined().isCompletedExceptionally();
        if (!vacant || !own.compareAndSet(before, lease)) {
            return CompletableFuture.failedStage(new IllegalStateException("this process has joined already"));
        }
        poke();
        return lease.joined().copy();
    }

    /** Each turn compares what stands there with what is to stand there. */
    @Override
    public void announce() {
        poke();
    }

    @Override
    public @Nullable NodeId self() {
        HeldLease held = held();
        return held == null ? null : held.id();
    }

    /** For routes, which live as long as this. */
    @Nullable HeldLease held() {
        NodeLease lease = own.get();
        return lease == null ? null : lease.held();
    }

    @Override
    public Nodes nodes() {
        return table.nodes();
    }

    @Override
    public void watch(Consumer<Nodes> listener) {
        table.listen(listener);
    }

    @Override
    public @Nullable String failure() {
        String now = failure;
        NodeLease lease = own.get();
        return lease == null ? now : lease.trouble(now);
    }

    private void run() {
        while (!closed) {
            long start = System.nanoTime();
            Duration next = SOON;
            try {
                boolean settled = keepOwn();
                watch.refresh(() -> failure(null));
                next = settled ? terms.renewal() : SOON;
            } catch (EtcdUnavailable e) {
                failure(e.getMessage());
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("the registry's thread met what it did not expect");
                failure(String.valueOf(e));
            }
            wake(next.minusNanos(System.nanoTime() - start));
            sleep();
        }
        watch.close();
        NodeLease lease = own.get();
        if (lease != null) {
            lease.end();
        }
    }

    private boolean keepOwn() {
        NodeLease lease = own.get();
        if (lease == null) {
            return true;
        }
        boolean settled = lease.keep();
        if (lease.joined().isCompletedExceptionally()) {
            own.compareAndSet(lease, null);
        }
        return settled;
    }

    private void failure(@Nullable String now) {
        String before = failure;
        failure = now;
        if (now != null && before == null) {
            LOG.atWarn().addKeyValue("why", now).log("etcd does not answer; the nodes last heard of stay");
        } else if (now == null && before != null) {
            LOG.info("etcd answers");
        }
    }

    private void poke() {
        wake(Duration.ZERO);
    }

    /** The next turn begins after that, if it would begin later. */
    private void wake(Duration after) {
        lock.lock();
        try {
            nextTurn = Math.min(nextTurn, System.nanoTime() - epoch + after.toNanos());
            poked.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void sleep() {
        lock.lock();
        try {
            long left = nextTurn - (System.nanoTime() - epoch);
            while (!closed && left > 0) {
                var unused = poked.awaitNanos(left);
                left = nextTurn - (System.nanoTime() - epoch);
            }
            nextTurn = Long.MAX_VALUE;
        } catch (InterruptedException e) {
            closed = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the lease was given back, at most a few calls' time. */
    @Override
    public void close() {
        closed = true;
        poke();
        try {
            thread.join(etcd.callTimeout().toMillis() * 3);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
