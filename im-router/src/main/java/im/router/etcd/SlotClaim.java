package im.router.etcd;

import im.router.NodeId;
import im.router.NodeInfo;
import im.router.SlotRange;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseTimeToLiveResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.LeaseOption;
import io.etcd.jetcd.options.PutOption;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Takes the lowest free slot for its role and the node's name in one transaction. Blocks; on the registry's thread only. A name that
 * another holds is either that of a live node, whose lease is renewed before our eyes, or of one that died and whose
 * lease ends soon: the first is a refusal, the second is waited for.
 */
final class SlotClaim {
    /** On top of a foreign lease's whole length, after which a name that is still there is held by somebody alive. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final EtcdConnection etcd;
    private final RegistryTerms terms;
    private long nameLease;
    private long nameLeft;
    private long nameSince;

    /**
     * What came of it; without lease and refusal it is worth another try.
     *
     * @param sent when the lease was asked for, by the monotonic clock
     * @param written the node's record
     */
    record Outcome(
            @Nullable HeldLease lease,
            long sent,
            @Nullable ByteSequence written,
            @Nullable String refusal) {
        static final Outcome AGAIN = new Outcome(null, 0, null, null);

        static Outcome refused(String why) {
            return new Outcome(null, 0, null, why);
        }
    }

    SlotClaim(EtcdConnection etcd, RegistryTerms terms) {
        this.etcd = etcd;
        this.terms = terms;
    }

    /** @throws EtcdUnavailable when etcd did not answer; then nothing is held, or ends with its lease */
    Outcome attempt(NodeInfo info) {
        KeyValue name = get(etcd.keys().name(info.role(), info.name()));
        if (name != null) {
            return isAlive(name)
                    ? Outcome.refused("a live node of role " + info.role() + " has the name " + info.name())
                    : Outcome.AGAIN;
        }
        SlotRange slots = SlotRange.of(info.role(), terms.gateways());
        int slot = lowestFree(slots.first());
        if (slot >= slots.end()) {
            return Outcome.refused("no slot is free of the " + slots.size() + " for its role");
        }
        KeyValue last = get(etcd.keys().incarnation(slot));
        long incarnation = Math.max(terms.clock().millis(), last == null ? 1 : incarnationOf(last) + 1);
        return claim(new NodeId(slot, incarnation), info, last == null ? 0 : last.getModRevision());
    }

    private Outcome claim(NodeId id, NodeInfo info, long lastRevision) {
        long sent = terms.nanos().getAsLong();
        long lease = etcd.await(
                        client -> client.getLeaseClient().grant(terms.lease().toSeconds()))
                .getID();
        try {
            ByteSequence value = NodeRecords.write(id, info);
            TxnResponse done = commit(id, info, lastRevision, lease, value);
            if (done.isSucceeded()) {
                nameLease = 0;
                return new Outcome(new HeldLease(id, lease, done.getHeader().getRevision()), sent, value, null);
            }
            revokeQuietly(lease);
            return Outcome.AGAIN;
        } catch (EtcdUnavailable e) {
            revokeQuietly(lease);
            throw e;
        }
    }

    private TxnResponse commit(NodeId id, NodeInfo info, long lastRevision, long lease, ByteSequence value) {
        ByteSequence node = etcd.keys().node(id.slot());
        ByteSequence name = etcd.keys().name(info.role(), info.name());
        ByteSequence last = etcd.keys().incarnation(id.slot());
        PutOption leased = PutOption.builder().withLeaseId(lease).build();
        return etcd.await(client -> client.getKVClient()
                .txn()
                .If(
                        new Cmp(node, Cmp.Op.EQUAL, CmpTarget.createRevision(0)),
                        new Cmp(name, Cmp.Op.EQUAL, CmpTarget.createRevision(0)),
                        new Cmp(last, Cmp.Op.EQUAL, CmpTarget.modRevision(lastRevision)))
                .Then(
                        Op.put(node, value, leased),
                        Op.put(name, EtcdKeys.bytes(Integer.toString(id.slot())), leased),
                        Op.put(last, EtcdKeys.bytes(Long.toString(id.incarnation())), PutOption.DEFAULT))
                .commit());
    }

    private int lowestFree(int first) {
        GetOption slots = GetOption.builder().isPrefix(true).withKeysOnly(true).build();
        BitSet used = new BitSet();
        for (KeyValue node : etcd.await(
                        client -> client.getKVClient().get(etcd.keys().nodes(), slots))
                .getKvs()) {
            int slot = etcd.keys().slotOf(node.getKey());
            if (slot >= 0 && slot < NodeId.MAX_SLOTS) {
                used.set(slot);
            }
        }
        return used.nextClearBit(first);
    }

    private boolean isAlive(KeyValue name) {
        if (name.getLease() == 0) {
            return true;
        }
        LeaseTimeToLiveResponse left =
                etcd.await(client -> client.getLeaseClient().timeToLive(name.getLease(), LeaseOption.DEFAULT));
        long now = terms.nanos().getAsLong();
        if (nameLease != name.getLease()) {
            nameLease = name.getLease();
            nameLeft = left.getTTL();
            nameSince = now;
            return false;
        }
        boolean renewed = left.getTTL() > nameLeft;
        nameLeft = left.getTTL();
        long longest = TimeUnit.SECONDS.toNanos(Math.max(0, left.getGrantedTTL())) + PATIENCE_NANOS;
        return renewed || now - nameSince > longest;
    }

    private @Nullable KeyValue get(ByteSequence key) {
        List<KeyValue> found =
                etcd.await(client -> client.getKVClient().get(key)).getKvs();
        return found.isEmpty() ? null : found.get(0);
    }

    /** A value that is no number counts as none: the clock goes on from there. */
    private static long incarnationOf(KeyValue last) {
        try {
            return Long.parseLong(EtcdKeys.text(last.getValue()));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Completes when it was tried; a lease that could not be revoked ends by itself. */
    CompletableFuture<Void> revokeQuietly(long lease) {
        return etcd.ask(client -> client.getLeaseClient().revoke(lease)).handle((done, failure) -> null);
    }
}
