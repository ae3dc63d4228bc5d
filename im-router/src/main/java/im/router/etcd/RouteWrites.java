package im.router.etcd;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.v1.RouteRecord;
import im.router.NodeFencedException;
import im.router.StageFailure;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Changes of one route: each looks at what is there and changes that and nothing else. Any thread. */
final class RouteWrites {
    /** Others that change the same route at the same time, one after the other, before it is given up. */
    private static final int MOST_TRIES = 16;

    private final EtcdConnection etcd;

    RouteWrites(EtcdConnection etcd) {
        this.etcd = etcd;
    }

    /**
     * @param before what stood there; null for nothing
     * @param revision of the change; 0 where {@code before} was left as it is
     */
    record Written(@Nullable RouteRecord before, long revision) {
        boolean isDone() {
            return revision != 0;
        }
    }

    /** Puts the route there unless what stands there is to stay. */
    CompletionStage<Written> put(ByteSequence key, RouteRecord route, HeldLease lease, Predicate<RouteRecord> stays) {
        PutOption option = PutOption.builder().withLeaseId(lease.lease()).build();
        Op put = Op.put(key, EtcdConnection.value(route), option);
        return change(key, put, null, stays, MOST_TRIES);
    }

    /** Removes the route unless what stands there is to stay, or nothing does. */
    CompletionStage<Written> remove(ByteSequence key, Predicate<RouteRecord> stays) {
        Op delete = Op.delete(key, DeleteOption.DEFAULT);
        return etcd.call(client -> client.getKVClient().get(key))
                .thenCompose(found -> found.getKvs().isEmpty()
                        ? CompletableFuture.completedStage(new Written(null, 0))
                        : decide(key, delete, found.getKvs().get(0), stays, MOST_TRIES));
    }

    private CompletionStage<Written> decide(
            ByteSequence key, Op change, KeyValue found, Predicate<RouteRecord> stays, int tries) {
        RouteRecord before = read(found);
        return stays.test(before)
                ? CompletableFuture.completedStage(new Written(before, 0))
                : change(key, change, found, stays, tries);
    }

    private CompletionStage<Written> change(
            ByteSequence key, Op change, @Nullable KeyValue expected, Predicate<RouteRecord> stays, int tries) {
        if (tries == 0) {
            return CompletableFuture.failedStage(
                    new EtcdUnavailable(Failure.NOT_ASKED, "the route changes faster than it can be written"));
        }
        long revision = expected == null ? 0 : expected.getModRevision();
        return etcd.call(client -> client.getKVClient()
                        .txn()
                        .If(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(revision)))
                        .Then(change)
                        .Else(Op.get(key, GetOption.DEFAULT))
                        .commit())
                .thenCompose(done -> {
                    if (done.isSucceeded()) {
                        RouteRecord before = expected == null ? null : read(expected);
                        return CompletableFuture.completedStage(
                                new Written(before, done.getHeader().getRevision()));
                    }
                    return again(key, change, done, stays, tries - 1);
                });
    }

    private CompletionStage<Written> again(
            ByteSequence key, Op change, TxnResponse answer, Predicate<RouteRecord> stays, int tries) {
        List<KeyValue> found = answer.getGetResponses().get(0).getKvs();
        if (!found.isEmpty()) {
            return decide(key, change, found.get(0), stays, tries);
        }
        return change instanceof Op.PutOp
                ? change(key, change, null, stays, tries)
                : CompletableFuture.completedStage(new Written(null, 0));
    }

    /** What cannot be read counts as the oldest there can be. */
    static RouteRecord read(KeyValue found) {
        try {
            return RouteRecord.parseFrom(found.getValue().getBytes());
        } catch (InvalidProtocolBufferException e) {
            return RouteRecord.newBuilder().setAttempt(Long.MIN_VALUE).build();
        }
    }

    /** Whether the write may have taken place all the same. */
    static boolean isInDoubt(Throwable failure) {
        Failure kind = Failure.of(StageFailure.cause(failure));
        return kind == Failure.UNREACHABLE || kind == Failure.OTHER;
    }

    /** A lease that has ended means that this node is fenced. */
    static RuntimeException told(Throwable failure) {
        return Failure.of(StageFailure.cause(failure)) == Failure.NO_LEASE
                ? new NodeFencedException()
                : StageFailure.unchecked(failure);
    }
}
