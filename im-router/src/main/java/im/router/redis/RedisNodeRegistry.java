package im.router.redis;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeRegistry;
import im.router.Nodes;
import im.router.StageFailure;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes in Redis. One thread does all that is done in time: it renews at a third of a lease and looks who is there each
 * second (a sixth of a short lease), more often while the server does not answer. It blocks for single calls, which have
 * their timeout. Leases and incarnations are by the server's clock, so that nodes' clocks need not agree.
 */
public final class RedisNodeRegistry implements NodeRegistry {
    private static final Logger LOG = LoggerFactory.getLogger(RedisNodeRegistry.class);
    private static final Duration SOON = Duration.ofMillis(300);
    private static final long CLOSE_MILLIS = 3_000;

    private final Redis redis;
    private final RegistryTerms terms;
    private final NodeView view;
    private final AtomicReference<@Nullable NodeLease> own = new AtomicReference<>();
    private final Semaphore poked = new Semaphore(0);
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable String failure = "redis was not asked yet";

    private RedisNodeRegistry(Redis redis, RegistryTerms terms) {
        this.redis = redis;
        this.terms = terms;
        this.view = new NodeView(terms.lease());
        this.thread = new Thread(this::run, "im-redis-registry");
        thread.setDaemon(true);
    }

    /**
     * Begins to watch; what is known is there a moment later.
     *
     * @param redis stays the caller's, who closes it after the registry
     */
    public static RedisNodeRegistry start(Redis redis, RegistryTerms terms) {
        RedisNodeRegistry registry = new RedisNodeRegistry(redis, terms);
        registry.thread.start();
        return registry;
    }

    @Override
    public CompletionStage<NodeId> join(Supplier<NodeInfo> info, LeaseListener listener) {
        NodeLease lease = new NodeLease(redis, terms, info, listener);
        NodeLease before = own.get();
        boolean vacant = before == null || before.joined().isCompletedExceptionally();
        if (!vacant || !own.compareAndSet(before, lease)) {
            return CompletableFuture.failedStage(new IllegalStateException("this process has joined already"));
        }
        if (closed) {
            lease.end();
        }
        poked.release();
        return lease.joined().copy();
    }

    @Override
    public void announce() {
        NodeLease lease = own.get();
        if (lease != null) {
            lease.announce();
            poked.release();
        }
    }

    @Override
    public @Nullable NodeId self() {
        NodeLease lease = own.get();
        return lease == null ? null : lease.held();
    }

    @Override
    public Nodes nodes() {
        return view.nodes();
    }

    @Override
    public void watch(Consumer<Nodes> listener) {
        view.listen(listener);
    }

    @Override
    public @Nullable String failure() {
        String now = failure;
        NodeLease lease = own.get();
        return lease == null ? now : lease.trouble(now);
    }

    /** Waits until the lease is given back, three seconds at most. */
    @Override
    public void close() {
        closed = true;
        poked.release();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!closed) {
            Duration next = SOON;
            try {
                next = turn();
                failure(null);
            } catch (RedisFailure e) {
                view.unreachable();
                failure(e.getMessage());
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("the registry's thread met what it did not expect");
                failure(String.valueOf(e));
            }
            sleep(next);
        }
        NodeLease lease = own.get();
        if (lease != null) {
            lease.end();
        }
    }

    /** @return until the next */
    private Duration turn() {
        NodeLease lease = own.get();
        boolean settled = true;
        if (lease != null) {
            lease.keep();
            settled = lease.held() != null;
            if (lease.joined().isCompletedExceptionally()) {
                own.compareAndSet(lease, null);
            }
        }
        view.listed(await(LiveNodesScript.run(redis)), terms.nanos().getAsLong());
        return settled ? terms.poll() : SOON;
    }

    private void failure(@Nullable String now) {
        String before = failure;
        failure = now;
        if (now != null && before == null) {
            LOG.atWarn().addKeyValue("why", now).log("redis does not answer; the nodes last heard of stay");
        } else if (now == null && before != null) {
            LOG.atInfo().addKeyValue("nodes", nodes().live().size()).log("redis answers");
        }
    }

    private void sleep(Duration time) {
        try {
            if (poked.tryAcquire(time.toNanos(), TimeUnit.NANOSECONDS)) {
                poked.drainPermits();
            }
        } catch (InterruptedException e) {
            closed = true;
        }
    }

    /** @throws RedisFailure when there is no answer */
    static <T> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            throw StageFailure.unchecked(e);
        }
    }
}
