package im.router;

import java.util.Arrays;
import java.util.List;

/** Connections by where they are: those of this process, and those of other nodes. Immutable. */
public final class Routes {
    public static final Routes NONE = new Routes(new long[0], List.of());

    private final long[] here;
    private final List<Route> elsewhere;

    private Routes(long[] here, List<Route> elsewhere) {
        this.here = here;
        this.elsewhere = elsewhere;
    }

    /** @param connections of this process; belongs to the routes from now on */
    public static Routes here(long... connections) {
        return new Routes(connections, List.of());
    }

    public static Routes of(List<Route> routes) {
        return new Routes(
                routes.stream()
                        .filter(Route::isHere)
                        .mapToLong(Route::connection)
                        .toArray(),
                routes.stream().filter(route -> !route.isHere()).toList());
    }

    public int size() {
        return here.length + elsewhere.size();
    }

    public boolean isEmpty() {
        return size() == 0;
    }

    /** Ids of connections of this process; not to be changed. */
    public long[] here() {
        return here;
    }

    /** Connections of other nodes. */
    public List<Route> elsewhere() {
        return elsewhere;
    }

    /** All but that one of this process. */
    public Routes without(long connection) {
        return new Routes(Arrays.stream(here).filter(id -> id != connection).toArray(), elsewhere);
    }
}
