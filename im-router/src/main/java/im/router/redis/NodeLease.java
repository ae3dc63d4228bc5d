package im.router.redis;

import im.router.LeaseTrouble;
import im.router.NodeId;
import im.router.NodeInfo;
import im.router.NodeRegistry.LeaseListener;
import im.router.SlotRange;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This node's lease: taken, renewed, lost, taken anew. All on the registry's thread but {@link #held}, which any may ask.
 *
 * <p>{@code accountedUntil} is the moment up to which this process knows what it must know to act in its name: a lease
 * from when the last renewal was sent, and while the server does not answer, a lease from when that was last tried in
 * vain (nodes keep serving then). It passes only when this process itself was not running, and then the name is given up
 * before anything is done in it, whatever the server would say. A server that answers and refuses does not prolong it:
 * with the end of the lease the name is given up too.
 */
final class NodeLease {
    private static final Logger LOG = LoggerFactory.getLogger(NodeLease.class);

    private final Redis redis;
    private final RegistryTerms terms;
    private final Supplier<NodeInfo> info;
    private final LeaseListener listener;
    private final NameHolder nameHolder;
    private final LeaseTrouble trouble;
    private final CompletableFuture<NodeId> joined = new CompletableFuture<>();

    private volatile @Nullable NodeId held;
    private volatile long accountedUntil;
    private long renewAt;
    private volatile boolean announcing;
    private String birth = "";
    private String token = "";

    NodeLease(Redis redis, RegistryTerms terms, Supplier<NodeInfo> info, LeaseListener listener) {
        this.redis = redis;
        this.terms = terms;
        this.info = info;
        this.listener = listener;
        this.nameHolder = new NameHolder(terms.lease());
        this.trouble = new LeaseTrouble(terms.lease(), terms.nanos());
    }

    /** Completes with the first lease; exceptionally when none can be had. */
    CompletableFuture<NodeId> joined() {
        return joined;
    }

    /** Null while there is none, or this process has slept past it. */
    @Nullable NodeId held() {
        NodeId id = held;
        return id != null && left(accountedUntil) > 0 ? id : null;
    }

    /**
     * Does what is due. Blocks.
     *
     * @throws RedisFailure when the server did not answer
     */
    void keep() {
        NodeId id = held;
        if (id != null && left(accountedUntil) <= 0) {
            lapse(id, "this process was not running for longer than its lease");
            id = null;
        }
        if (id == null) {
            take();
        } else if (announcing || left(renewAt) <= 0) {
            announcing = false;
            renew(id);
        }
    }

    private void take() {
        if (token.isEmpty()) {
            token = UUID.randomUUID().toString();
        }
        long sent = now();
        NodeInfo now = info.get();
        SlotRange slots = SlotRange.of(now.role(), terms.gateways());
        TakeSlotScript.Answer answer = RedisNodeRegistry.await(
                TakeSlotScript.run(redis, now, token, terms.lease().toMillis(), slots));
        NodeId id = answer.id();
        if (id == null) {
            TakeSlotScript.Holder holder = answer.holder();
            if (holder == null || nameHolder.isAlive(holder, now())) {
                refused(String.valueOf(answer.refusal()));
            }
            return;
        }
        birth = answer.birth();
        granted(sent);
        held = id;
        LOG.atInfo()
                .addKeyValue("slot", id.slot())
                .addKeyValue("incarnation", id.incarnation())
                .log("this node holds a slot");
        if (!joined.complete(id)) {
            tell(() -> listener.renewed(id));
        }
    }

    private void refused(String why) {
        trouble.refused(why, joined.completeExceptionally(new IllegalStateException(why)));
    }

    /**
     * For the readiness page.
     *
     * @param server what is wrong there; null when nothing is
     */
    @Nullable String trouble(@Nullable String server) {
        return trouble.says(server, held != null);
    }

    /** Has the next turn renew, whose time it need not be. */
    void announce() {
        announcing = true;
    }

    private void renew(NodeId id) {
        long sent = now();
        String answer;
        try {
            answer = RedisNodeRegistry.await(RenewLeaseScript.run(
                    redis, id, info.get(), token, terms.lease().toMillis(), birth, !trouble.isOver()));
        } catch (RedisFailure e) {
            renewAt = now();
            if (e.isRefusal() && trouble.isOver()) {
                lapse(id, "the server refuses to renew the lease: " + e.getMessage());
            } else if (left(accountedUntil) > 0) {
                accountedUntil = now() + terms.lease().toNanos();
            }
            throw e;
        }
        if (answer.isEmpty()) {
            lapse(id, "the server knows the lease no more");
            take();
        } else if (left(accountedUntil) > 0) {
            birth = answer;
            granted(sent);
        }
    }

    private void granted(long sent) {
        accountedUntil = trouble.granted(sent);
        renewAt = sent + terms.renewal().toNanos();
    }

    private void lapse(NodeId id, String why) {
        held = null;
        LOG.atWarn()
                .addKeyValue("slot", id.slot())
                .addKeyValue("incarnation", id.incarnation())
                .addKeyValue("why", why)
                .log("this node's lease has lapsed");
        tell(() -> listener.lapsed(id));
        String old = token;
        token = UUID.randomUUID().toString();
        // It may be there still, by the server's clock, and would keep this node's own name from it.
        RedisNodeRegistry.await(GiveBackScript.run(redis, id, old));
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
        NodeId id = held;
        held = null;
        joined.completeExceptionally(new IllegalStateException("the registry is closed"));
        if (id != null) {
            try {
                RedisNodeRegistry.await(GiveBackScript.run(redis, id, token));
            } catch (RedisFailure e) {
                LOG.atWarn().addKeyValue("why", e.getMessage()).log("the lease could not be given back and runs out");
            }
        }
    }

    private long now() {
        return terms.nanos().getAsLong();
    }

    private long left(long until) {
        return until - now();
    }
}
