package im.router.etcd;

import static java.util.concurrent.TimeUnit.MILLISECONDS;

import im.router.LeaseTrouble;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeRegistry.LeaseListener;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's lease: taken, renewed, lost, taken anew. All on the registry's thread but {@link #held}, which any may ask.
 *
 * <p>{@code accountedUntil} is the moment up to which this process knows what it must know to act in its name: a lease
 * from the last renewal was sent, and while etcd does not answer, a lease from the last time that was tried in vain
 * (nodes keep serving then). It passes only when this process itself was not running, and then the name is given up
 * before anything is done in it, whatever the servers would say. Servers that answer and refuse do not prolong it: with
 * the end of the lease the name is given up too.
 */
final class NodeLease {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLease.class);

    private final EtcdConnection etcd;
    private final RegistryTerms terms;
    private final SlotClaim claim;
    private final Supplier<NodeInfo> info;
    private final LeaseListener listener;
    private final LeaseTrouble trouble;
    private final CompletableFuture<NodeId> joined = new CompletableFuture<>();

    private volatile @Nullable HeldLease held;
    private volatile long accountedUntil;

    private @Nullable ByteSequence written;

    NodeLease(EtcdConnection etcd, RegistryTerms terms, Supplier<NodeInfo> info, LeaseListener listener) {
        this.etcd = etcd;
        this.terms = terms;
        this.info = info;
        this.listener = listener;
        this.claim = new SlotClaim(etcd, terms);
        this.trouble = new LeaseTrouble(terms.lease(), terms.nanos());
    }

    /** Completes with the first lease; exceptionally when none can be had. */
    CompletableFuture<NodeId> joined() {
        return joined;
    }

    /** Null while there is none, or this process has slept past it. */
    @Nullable HeldLease held() {
        HeldLease lease = held;
        return lease != null && left(accountedUntil) > 0 ? lease : null;
    }

    /**
     * Does what is due. Blocks.
     *
     * @return whether the next time is at the usual interval, and not soon
     * @throws EtcdUnavailable when etcd did not answer
     */
    boolean keep() {
        HeldLease lease = held;
        if (lease != null && left(accountedUntil) <= 0) {
            lapse(lease, "this process was not running for longer than its lease");
            lease = null;
        }
        if (lease == null) {
            return take();
        }
        renew(lease);
        return held != null;
    }

    private void renew(HeldLease lease) {
        long sent = terms.nanos().getAsLong();
        try {
            etcd.await(client -> client.getLeaseClient().keepAliveOnce(lease.lease()));
            if (account(sent)) {
                trouble.granted(sent);
                writeIfChanged(lease);
            }
        } catch (EtcdUnavailable e) {
            if (e.failure() == Failure.NO_LEASE) {
                lapse(lease, "etcd knows the lease no more");
            } else if (e.failure() == Failure.REFUSED && trouble.isOver()) {
                lapse(lease, "etcd refuses to renew the lease: " + e.getMessage());
                throw e;
            } else {
                account(terms.nanos().getAsLong());
                throw e;
            }
        }
    }

    /** Whether the lease still counts; it does, from {@code since}, unless this process slept meanwhile. */
    private boolean account(long since) {
        if (left(accountedUntil) <= 0) {
            return false;
        }
        accountedUntil = since + terms.lease().toNanos();
        return true;
    }

    private void writeIfChanged(HeldLease lease) {
        ByteSequence value = NodeRecords.write(lease.id(), info.get());
        if (value.equals(written)) {
            return;
        }
        ByteSequence key = etcd.keys().node(lease.id().slot());
        boolean mine = etcd.await(client -> client.getKVClient()
                        .txn()
                        .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.createRevision(lease.revision())))
                        .Then(Op.put(
                                key,
                                value,
                                PutOption.builder().withLeaseId(lease.lease()).build()))
                        .commit())
                .isSucceeded();
        if (mine) {
            written = value;
        } else {
            lapse(lease, "the slot is no longer this node's");
        }
    }

    private boolean take() {
        SlotClaim.Outcome outcome = claim.attempt(info.get());
        if (outcome.lease() != null) {
            taken(outcome.lease(), outcome);
            return true;
        }
        String why = outcome.refusal();
        if (why != null) {
            refused(why);
        }
        return false;
    }

    private void refused(String why) {
        trouble.refused(why, joined.completeExceptionally(new IllegalStateException(why)));
    }

    /**
     * For the readiness page.
     *
     * @param etcd what is wrong there; null when nothing is
     */
    @Nullable String trouble(@Nullable String etcd) {
        return trouble.says(etcd, held != null);
    }

    private long left(long until) {
        return until - terms.nanos().getAsLong();
    }

    private void taken(HeldLease lease, SlotClaim.Outcome outcome) {
        written = outcome.written();
        accountedUntil = trouble.granted(outcome.sent());
        held = lease;
        LOG.atInfo()
                .addKeyValue("slot", lease.id().slot())
                .addKeyValue("incarnation", lease.id().incarnation())
                .log("this node holds a slot");
        if (joined.complete(lease.id())) {
            return;
        }
        tell(() -> listener.renewed(lease.id()));
    }

    private void lapse(HeldLease lease, String why) {
        held = null;
        LOG.atWarn()
                .addKeyValue("slot", lease.id().slot())
                .addKeyValue("incarnation", lease.id().incarnation())
                .addKeyValue("why", why)
                .log("this node's lease has lapsed");
        tell(() -> listener.lapsed(lease.id()));
        claim.revokeQuietly(lease.lease());
    }

    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a listener of the lease failed");
        }
    }

    /** Gives the lease back; waits for at most a call's time. */
    void end() {
        HeldLease lease = held;
        held = null;
        joined.completeExceptionally(new IllegalStateException("the registry is closed"));
        if (lease != null) {
            claim.revokeQuietly(lease.lease())
                    .completeOnTimeout(null, etcd.callTimeout().toMillis(), MILLISECONDS)
                    .join();
        }
    }
}
