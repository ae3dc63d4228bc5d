package im.router.etcd;

import im.protocol.Ids;
import im.protocol.v1.RouteRecord;
import im.router.NodeFencedException;
import im.router.Registration;
import im.router.Route;
import im.router.RouteDirectory;
import im.router.Routes;
import im.router.etcd.OwnRoutes.Key;
import im.router.etcd.OwnRoutes.Mine;
import im.router.etcd.RouteWrites.Written;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.kv.GetResponse;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Routes in etcd, for small clusters: each registration is a write to a majority of disks. A route stands under the
 * lease of its node and ends with it, so none of a dead node is ever found, and its attempt is forgotten with it. Reads
 * see every write before them. No call blocks; stages complete on the library's threads, and fail with {@link
 * EtcdUnavailable} when etcd does not answer, is asked too much at once, or was found silent a moment ago.
 */
public final class EtcdRouteDirectory implements RouteDirectory {
    /** Reads in one request; etcd takes 128. */
    private static final int READS = 64;

    private final EtcdConnection etcd;
    private final EtcdNodeRegistry registry;
    private final RouteWrites writes;
    private final OwnRoutes own = new OwnRoutes();
    private final DisplacedListener listener;
    private final AtomicReference<@Nullable CompletableFuture<Mended>> mending = new AtomicReference<>();

    /** @param registry of the same servers, whose lease the routes are under */
    public EtcdRouteDirectory(EtcdConnection etcd, EtcdNodeRegistry registry, DisplacedListener listener) {
        this.etcd = etcd;
        this.registry = registry;
        this.listener = listener;
        this.writes = new RouteWrites(etcd);
    }

    /**
     * @throws IllegalArgumentException when uid or device is not a valid id, or the connection is
     *     0
     */
    @Override
    public CompletionStage<Registration> register(String uid, String device, long attempt, long connection, int group) {
        if (!Ids.isValid(uid) || !Ids.isValid(device) || connection == 0) {
            throw new IllegalArgumentException(
                    "not a route: uid=" + uid + " device=" + device + " connection=" + connection);
        }
        HeldLease lease = registry.held();
        if (lease == null) {
            return CompletableFuture.failedStage(new NodeFencedException());
        }
        Key key = new Key(uid, device);
        LongConsumer placed = revision -> own.registered(key, new Mine(attempt, connection, group, revision));
        return write(key, attempt, connection, group, lease, attempt, placed).thenCompose(done -> {
            RouteRecord before = done.before();
            if (before != null && !done.isDone()) {
                return CompletableFuture.completedStage(new Registration.Older(before.getAttempt()));
            }
            Route displaced = before == null ? null : route(before, lease);
            return others(key, group, done.revision(), lease)
                    .thenApply(others -> new Registration.Registered(displaced, others));
        });
    }

    /** Those that had their routes when this one got its own: none that comes later. */
    private CompletionStage<List<Route>> others(Key key, int group, long revision, HeldLease lease) {
        if (group == NO_GROUP) {
            return CompletableFuture.completedStage(List.of());
        }
        GetOption then =
                GetOption.builder().isPrefix(true).withRevision(revision).build();
        return etcd.call(client -> client.getKVClient().get(etcd.keys().routes(key.uid()), then))
                .thenApply(found -> {
                    ByteSequence mine = etcd.keys().route(key.uid(), key.device());
                    List<Route> others = new ArrayList<>();
                    for (KeyValue each : found.getKvs()) {
                        RouteRecord record = RouteWrites.read(each);
                        if (record.getGroup() == group && !each.getKey().equals(mine)) {
                            others.add(route(record, lease));
                        }
                    }
                    return others;
                });
    }

    /**
     * @param most the largest attempt that is replaced
     * @param placed told the revision once the route is in place, before anybody can find it changing no more
     */
    private CompletionStage<Written> write(
            Key key, long attempt, long connection, int group, HeldLease lease, long most, LongConsumer placed) {
        RouteRecord record = RouteRecord.newBuilder()
                .setAttempt(attempt)
                .setNode(lease.id().packed())
                .setConnection(connection)
                .setGroup(group)
                .build();
        own.begin(key);
        return writes.put(
                        etcd.keys().route(key.uid(), key.device()), record, lease, before -> before.getAttempt() > most)
                .handle((done, failure) -> {
                    if (failure != null && RouteWrites.isInDoubt(failure)) {
                        own.doubt(key);
                    } else if (failure == null && done.isDone()) {
                        placed.accept(done.revision());
                    }
                    own.end(key);
                    if (failure != null) {
                        throw RouteWrites.told(failure);
                    }
                    return done;
                });
    }

    @Override
    public CompletionStage<Boolean> remove(String uid, String device, long connection) {
        Key key = new Key(uid, device);
        own.gone(key, connection);
        HeldLease lease = registry.held();
        return lease == null ? CompletableFuture.completedStage(false) : remove(key, connection, lease);
    }

    private CompletionStage<Boolean> remove(Key key, long connection, HeldLease lease) {
        return writes.remove(etcd.keys().route(key.uid(), key.device()), before -> !isThat(before, lease, connection))
                .thenApply(Written::isDone);
    }

    private static boolean isThat(RouteRecord route, HeldLease lease, long connection) {
        return route.getNode() == lease.id().packed() && route.getConnection() == connection;
    }

    @Override
    public CompletionStage<Routes> routesOf(String uid) {
        return etcd.call(client -> client.getKVClient()
                        .get(
                                etcd.keys().routes(uid),
                                GetOption.builder().isPrefix(true).build()))
                .thenApply(this::routes);
    }

    @Override
    public CompletionStage<Map<String, Routes>> routesOf(Collection<String> uids) {
        List<String> all = List.copyOf(uids);
        CompletionStage<Map<String, Routes>> found = CompletableFuture.completedStage(new HashMap<>());
        for (int from = 0; from < all.size(); from += READS) {
            List<String> some = all.subList(from, Math.min(all.size(), from + READS));
            found = found.thenCombine(read(some), (map, more) -> {
                map.putAll(more);
                return map;
            });
        }
        return found;
    }

    private CompletionStage<Map<String, Routes>> read(List<String> uids) {
        GetOption prefix = GetOption.builder().isPrefix(true).build();
        Op[] reads = uids.stream()
                .map(uid -> Op.get(etcd.keys().routes(uid), prefix))
                .toArray(Op[]::new);
        return etcd.call(client -> client.getKVClient().txn().Then(reads).commit())
                .thenApply(answer -> byUid(uids, answer));
    }

    private Map<String, Routes> byUid(List<String> uids, TxnResponse answer) {
        Map<String, Routes> found = new HashMap<>();
        List<GetResponse> responses = answer.getGetResponses();
        for (int i = 0; i < uids.size(); i++) {
            Routes routes = routes(responses.get(i));
            if (!routes.isEmpty()) {
                found.put(uids.get(i), routes);
            }
        }
        return found;
    }

    private Routes routes(GetResponse found) {
        HeldLease lease = registry.held();
        List<Route> routes = new ArrayList<>();
        for (KeyValue each : found.getKvs()) {
            RouteRecord record = RouteWrites.read(each);
            if (record.getConnection() != 0) {
                routes.add(route(record, lease));
            }
        }
        return Routes.of(routes);
    }

    private static Route route(RouteRecord record, @Nullable HeldLease lease) {
        boolean here = lease != null && record.getNode() == lease.id().packed();
        return new Route(here ? Route.HERE : record.getNode(), record.getConnection());
    }

    @Override
    public CompletionStage<Mended> mend() {
        HeldLease lease = registry.held();
        if (lease == null) {
            return CompletableFuture.completedStage(Mended.NOTHING);
        }
        CompletableFuture<Mended> mine = new CompletableFuture<>();
        CompletableFuture<Mended> other = mending.compareAndExchange(null, mine);
        if (other != null) {
            return other.copy();
        }
        new Mending(etcd, own, writes, lease, this::rewrite).run().whenComplete((done, failure) -> {
            mending.set(null);
            if (failure == null) {
                mine.complete(done);
            } else {
                mine.completeExceptionally(RouteWrites.told(failure));
            }
        });
        return mine.copy();
    }

    /**
     * Puts back what is missing, if it is still to be there. A route that stands there with the same attempt came later
     * and stays.
     */
    private CompletionStage<Mended> rewrite(Key key, Mine mine, HeldLease lease) {
        if (!mine.equals(own.of(key))) {
            return CompletableFuture.completedStage(Mended.NOTHING);
        }
        LongConsumer placed = revision -> own.rewritten(key, mine.connection(), revision);
        return write(key, mine.attempt(), mine.connection(), mine.group(), lease, mine.attempt() - 1, placed)
                .thenCompose(done -> rewritten(key, mine, lease, done));
    }

    private CompletionStage<Mended> rewritten(Key key, Mine mine, HeldLease lease, Written done) {
        RouteRecord before = done.before();
        if (!done.isDone() && before != null) {
            return CompletableFuture.completedStage(found(key, mine, lease, before));
        }
        if (own.holds(key, mine.connection())) {
            return CompletableFuture.completedStage(new Mended(0, 1, 0));
        }
        // It went while it was being written: nobody else would ever remove it.
        return remove(key, mine.connection(), lease).thenApply(removed -> Mended.NOTHING);
    }

    private Mended found(Key key, Mine mine, HeldLease lease, RouteRecord there) {
        if (isThat(there, lease, mine.connection())) {
            return Mended.NOTHING; // registered since etcd told what there is
        }
        own.gone(key, mine.connection());
        listener.displaced(key.uid(), key.device(), mine.connection(), there.getAttempt());
        return new Mended(0, 0, 1);
    }
}
