package im.router.etcd;

import im.router.RouteDirectory.Mended;
import im.router.etcd.OwnRoutes.Key;
import im.router.etcd.OwnRoutes.Mine;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.options.LeaseOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * One comparison of what this node registered with what stands under its lease, which etcd tells in one answer (D23).
 * What is missing is written again; what is there and nobody here knows, or came to an unknown end, is looked at and
 * removed or set right. A few at a time.
 */
final class Mending {
    private static final int AT_A_TIME = 16;

    /** Writes a route again, or finds that it was displaced, or is not to be there any more. */
    interface Rewrite {
        CompletionStage<Mended> write(Key key, Mine mine, HeldLease lease);
    }

    private final EtcdConnection etcd;
    private final OwnRoutes own;
    private final RouteWrites writes;
    private final HeldLease lease;
    private final Rewrite rewrite;

    Mending(EtcdConnection etcd, OwnRoutes own, RouteWrites writes, HeldLease lease, Rewrite rewrite) {
        this.etcd = etcd;
        this.own = own;
        this.writes = writes;
        this.lease = lease;
        this.rewrite = rewrite;
    }

    /** What this node registered is taken first, so that what etcd tells is not older. */
    CompletionStage<Mended> run() {
        Map<Key, Mine> mine = own.all();
        LeaseOption keys = LeaseOption.builder().withAttachedKeys().build();
        return etcd.call(client -> client.getLeaseClient().timeToLive(lease.lease(), keys))
                .thenCompose(answer -> compare(mine, keysOf(answer.getKeys())));
    }

    private Set<Key> keysOf(List<ByteSequence> attached) {
        Set<Key> keys = new HashSet<>();
        String routes = etcd.keys().prefix() + "routes/";
        for (ByteSequence each : attached) {
            String text = EtcdKeys.text(each);
            int device = text.lastIndexOf('/');
            if (text.startsWith(routes) && device > routes.length()) {
                keys.add(new Key(text.substring(routes.length(), device), text.substring(device + 1)));
            }
        }
        return keys;
    }

    private CompletionStage<Mended> compare(Map<Key, Mine> mine, Set<Key> stored) {
        List<Supplier<CompletionStage<Mended>>> work = new ArrayList<>();
        mine.forEach((key, route) -> {
            if (!stored.contains(key) && !own.isChanging(key)) {
                work.add(() -> rewrite.write(key, route, lease));
            }
        });
        Set<Key> strange = new HashSet<>(own.doubtful());
        stored.stream().filter(key -> !mine.containsKey(key)).forEach(strange::add);
        strange.forEach(key -> work.add(() -> clear(key)));
        return inTurn(work, 0, new Mended(mine.size(), 0, 0));
    }

    private CompletionStage<Mended> inTurn(List<Supplier<CompletionStage<Mended>>> work, int from, Mended sum) {
        if (from >= work.size()) {
            return CompletableFuture.completedStage(sum);
        }
        CompletionStage<Mended> some = CompletableFuture.completedStage(sum);
        for (Supplier<CompletionStage<Mended>> each : work.subList(from, Math.min(work.size(), from + AT_A_TIME))) {
            some = some.thenCombine(each.get(), Mended::plus);
        }
        return some.thenCompose(done -> inTurn(work, from + AT_A_TIME, done));
    }

    /** Removes a route of this node that none of its connections has, and puts back the one that should be there. */
    private CompletionStage<Mended> clear(Key key) {
        return writes.remove(etcd.keys().route(key.uid(), key.device()), route -> {
                    Mine mine = own.of(key);
                    return own.isChanging(key)
                            || route.getNode() != lease.id().packed()
                            || (mine != null && mine.connection() == route.getConnection());
                })
                .thenCompose(done -> {
                    own.settled(key);
                    Mine mine = own.of(key);
                    return done.isDone() && mine != null && !own.isChanging(key)
                            ? rewrite.write(key, mine, lease)
                            : CompletableFuture.completedStage(Mended.NOTHING);
                });
    }
}
