package im.router.etcd;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What this node has registered, what is just being changed, and what came to an unknown end. Any thread. */
final class OwnRoutes {
    /** Whose route. */
    record Key(String uid, String device) {}

    /** @param revision at which it was written; of two registrations the later one counts */
    record Mine(long attempt, long connection, int group, long revision) {}

    private final Map<Key, Mine> routes = new ConcurrentHashMap<>();
    private final Map<Key, Integer> changing = new ConcurrentHashMap<>();
    private final Set<Key> doubtful = ConcurrentHashMap.newKeySet();

    void begin(Key key) {
        changing.merge(key, 1, Integer::sum);
    }

    /** After what came of it was noted, so that a route in place is always either here or being changed. */
    void end(Key key) {
        changing.computeIfPresent(key, (k, count) -> count == 1 ? null : count - 1);
    }

    void registered(Key key, Mine mine) {
        routes.merge(key, mine, (old, now) -> now.revision() > old.revision() ? now : old);
    }

    /** It was written again; one that is gone meanwhile stays so. */
    void rewritten(Key key, long connection, long revision) {
        routes.computeIfPresent(
                key,
                (k, old) -> old.connection() == connection && old.revision() < revision
                        ? new Mine(old.attempt(), connection, old.group(), revision)
                        : old);
    }

    boolean holds(Key key, long connection) {
        Mine mine = routes.get(key);
        return mine != null && mine.connection() == connection;
    }

    void doubt(Key key) {
        doubtful.add(key);
    }

    void settled(Key key) {
        doubtful.remove(key);
    }

    Set<Key> doubtful() {
        return Set.copyOf(doubtful);
    }

    void gone(Key key, long connection) {
        routes.computeIfPresent(key, (k, mine) -> mine.connection() == connection ? null : mine);
    }

    boolean isChanging(Key key) {
        return changing.containsKey(key);
    }

    @Nullable Mine of(Key key) {
        return routes.get(key);
    }

    Map<Key, Mine> all() {
        return Map.copyOf(routes);
    }
}
