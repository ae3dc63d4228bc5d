package im.router.redis;

import im.protocol.Ids;
import im.router.NodeFencedException;
import im.router.NodeId;
import im.router.Nodes;
import im.router.Registration;
import im.router.Route;
import im.router.RouteDirectory;
import im.router.Routes;
import im.router.StageFailure;
import im.router.memory.LocalRoutes;
import im.router.redis.Redis.Call;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Routes in Redis: a hash for each uid, device → {@link StoredRoute}, in the uid's bucket. A route counts while its node
 * has a lease, so nothing refreshes it. What this process registered it also keeps itself, and {@link #mend} compares.
 * Stages complete on Lettuce's threads.
 */
public final class RedisRouteDirectory implements RouteDirectory {
    private final Redis redis;
    private final OwnNode own;
    private final Supplier<Nodes> nodes;
    private final LocalRoutes local;
    private final Withdrawals withdrawals;
    private final RouteMending mending;
    private final DeadRoutes deadRoutes;

    /** Registrations under way, by connection. */
    private final Map<Long, Pending> pending = new ConcurrentHashMap<>();

    /**
     * @param self null while this process has no lease, or for good when it registers nothing
     * @param displaced called on Lettuce's threads
     * @param random seeds the hash of the table of what is registered here
     * @param nanos monotonic
     */
    public RedisRouteDirectory(
            Redis redis,
            Supplier<@Nullable NodeId> self,
            Supplier<Nodes> nodes,
            DisplacedListener displaced,
            MeterRegistry registry,
            RandomGenerator random,
            LongSupplier nanos) {
        this.redis = redis;
        this.own = new OwnNode(self);
        this.nodes = nodes;
        this.local = new LocalRoutes(RedisKeys.BUCKETS, random);
        RouteMeters meters = new RouteMeters(registry, local);
        this.withdrawals = new Withdrawals(redis, own, meters);
        this.mending = new RouteMending(redis, own, nodes, local, withdrawals, displaced, meters);
        this.deadRoutes = new DeadRoutes(redis, nanos, meters);
    }

    /** A registration without an answer yet; a removal that comes meanwhile is carried out behind it. */
    private static final class Pending {
        private @Nullable CompletableFuture<Boolean> removal;

        synchronized CompletableFuture<Boolean> remove() {
            if (removal == null) {
                removal = new CompletableFuture<>();
            }
            return removal;
        }

        synchronized @Nullable CompletableFuture<Boolean> removal() {
            return removal;
        }
    }

    /**
     * @throws IllegalArgumentException when uid or device is not a valid id, the attempt is negative, or the connection
     *     is 0
     */
    @Override
    public CompletionStage<Registration> register(String uid, String device, long attempt, long connection, int group) {
        if (!Ids.isValid(uid) || !Ids.isValid(device) || connection == 0 || attempt < 0) {
            throw new IllegalArgumentException(
                    "not a route: uid=" + uid + " device=" + device + " connection=" + connection);
        }
        long me = own.now();
        if (me == 0) {
            return CompletableFuture.failedStage(new NodeFencedException());
        }
        pending.put(connection, new Pending());
        return RegisterRouteScript.run(redis, uid, device, attempt, me, connection, group)
                .handle((answer, thrown) -> {
                    if (thrown != null) {
                        refused(uid, device, connection, thrown);
                        throw StageFailure.unchecked(thrown);
                    }
                    return answered(uid, device, attempt, me, connection, group, answer);
                });
    }

    /** It may be there now or come later, and nobody counts on it. */
    private void refused(String uid, String device, long connection, Throwable thrown) {
        CompletableFuture<Boolean> removal = end(connection);
        RedisFailure failure = RedisFailure.in(thrown);
        if (failure == null || failure.outcomeUnknown()) {
            withdrawals.later(uid, device, connection);
        }
        if (removal != null) {
            removal.complete(false);
        }
    }

    private Registration answered(
            String uid,
            String device,
            long attempt,
            long me,
            long connection,
            int group,
            RegisterRouteScript.Answer answer) {
        if (answer.storedAttempt() >= 0) {
            CompletableFuture<Boolean> removal = end(connection);
            if (removal != null) {
                removal.complete(false);
            }
            return new Registration.Older(answer.storedAttempt());
        }
        long here = local.attemptOf(RedisKeys.bucketOf(uid), uid, device);
        if (here > attempt) {
            return forgotten(uid, device, connection, here);
        }
        boolean fenced = own.now() != me;
        Route replacedHere =
                fenced ? null : local.put(RedisKeys.bucketOf(uid), uid, device, attempt, connection, group);
        CompletableFuture<Boolean> removal = end(connection);
        if (removal != null || fenced) {
            local.remove(RedisKeys.bucketOf(uid), uid, device, connection);
            withdrawals.now(uid, device, connection).whenComplete((removed, thrown) -> {
                if (removal != null) {
                    removal.complete(thrown == null && removed);
                }
            });
        }
        if (fenced) {
            throw new NodeFencedException();
        }
        Route displaced = displaced(answer.replaced(), connection);
        List<Route> others = new ArrayList<>(answer.others().size());
        for (StoredRoute one : answer.others()) {
            Route there = displaced(one, connection);
            if (there != null) {
                others.add(there);
            }
        }
        return new Registration.Registered(displaced != null ? displaced : other(replacedHere, connection), others);
    }

    /** Redis has lost the newer route of this node, which mending writes again. */
    private Registration forgotten(String uid, String device, long connection, long newerAttempt) {
        CompletableFuture<Boolean> removal = end(connection);
        withdrawals.now(uid, device, connection);
        if (removal != null) {
            removal.complete(false);
        }
        return new Registration.Older(newerAttempt);
    }

    private @Nullable CompletableFuture<Boolean> end(long connection) {
        Pending ended = pending.remove(connection);
        return ended == null ? null : ended.removal();
    }

    /** Null for a connection of a node that is dead, and for the same one registered again. */
    private @Nullable Route displaced(@Nullable StoredRoute replaced, long connection) {
        if (replaced == null) {
            return null;
        }
        if (own.isOrWas(replaced.node())) {
            return other(new Route(Route.HERE, replaced.connection()), connection);
        }
        return nodes.get().isLive(replaced.node()) ? new Route(replaced.node(), replaced.connection()) : null;
    }

    private static @Nullable Route other(@Nullable Route route, long connection) {
        return route == null || route.connection() == connection ? null : route;
    }

    @Override
    public CompletionStage<Boolean> remove(String uid, String device, long connection) {
        Pending registering = pending.get(connection);
        if (registering != null) {
            CompletableFuture<Boolean> removal = registering.remove();
            if (pending.get(connection) == registering) {
                return removal.copy();
            }
        }
        local.remove(RedisKeys.bucketOf(uid), uid, device, connection);
        return withdrawals.now(uid, device, connection);
    }

    @Override
    public CompletionStage<Routes> routesOf(String uid) {
        return redis.call(read(uid)).thenApply(reply -> routes(uid, reply, own.now(), nodes.get()));
    }

    /** Fails as a whole when one of the reads does. */
    @Override
    public CompletionStage<Map<String, Routes>> routesOf(Collection<String> uids) {
        List<String> asked = List.copyOf(uids);
        List<Call> reads = new ArrayList<>(asked.size());
        asked.forEach(uid -> reads.add(read(uid)));
        return redis.callAll(reads).thenCompose(told -> {
            CompletableFuture<?>[] all =
                    told.stream().map(CompletionStage::toCompletableFuture).toArray(CompletableFuture[]::new);
            return CompletableFuture.allOf(all).thenApply(unused -> {
                Map<String, Routes> found = new HashMap<>();
                long me = own.now();
                Nodes live = nodes.get();
                for (int i = 0; i < all.length; i++) {
                    Routes routes = routes(asked.get(i), (Reply) all[i].join(), me, live);
                    if (!routes.isEmpty()) {
                        found.put(asked.get(i), routes);
                    }
                }
                return found;
            });
        });
    }

    private Call read(String uid) {
        return Call.of("HGETALL", RoutesKey.of(redis, uid));
    }

    private Routes routes(String uid, Reply reply, long me, Nodes live) {
        if (reply.size() == 0) {
            return Routes.NONE;
        }
        deadRoutes.nodes(live);
        List<Route> routes = new ArrayList<>(reply.size() / 2);
        for (int i = 1; i < reply.size(); i += 2) {
            StoredRoute stored = StoredRoute.parse(reply.bytes(i));
            if (stored == null) {
                continue;
            }
            if (stored.node() == me) {
                routes.add(new Route(Route.HERE, stored.connection()));
            } else if (live.isLive(stored.node())) {
                routes.add(new Route(stored.node(), stored.connection()));
            } else if (!own.isOrWas(stored.node())) {
                deadRoutes.seen(uid, reply.bytes(i - 1), reply.bytes(i), stored.node());
            }
        }
        return routes.isEmpty() ? Routes.NONE : Routes.of(routes);
    }

    @Override
    public CompletionStage<Mended> mend() {
        return mending.run();
    }
}
