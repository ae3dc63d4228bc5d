package im.router;

import org.jspecify.annotations.Nullable;

/** What became of a registration. */
public sealed interface Registration {

    /**
     * The route is in place.
     *
     * @param displaced the connection that it replaced, or null
     */
    record Registered(@Nullable Route displaced) implements Registration {}

    /**
     * A newer connection of the device holds the route.
     *
     * @param storedAttempt the attempt of that one
     */
    record Older(long storedAttempt) implements Registration {}
}
