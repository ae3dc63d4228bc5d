package im.router;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of a registration. */
public sealed interface Registration {

    /**
     * The route is in place.
     *
     * @param displaced the connection that it replaced, or null
     * @param others connections of other devices of the uid in the same group, whose routes are still there
     */
    record Registered(@Nullable Route displaced, List<Route> others) implements Registration {
        public Registered {
            others = List.copyOf(others);
        }

        public Registered(@Nullable Route displaced) {
            this(displaced, List.of());
        }
    }

    /**
     * A newer connection of the device holds the route.
     *
     * @param storedAttempt the attempt of that one
     */
    record Older(long storedAttempt) implements Registration {}
}
