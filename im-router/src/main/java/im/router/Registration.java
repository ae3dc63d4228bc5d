package im.router;

/** What became of a registration. */
public sealed interface Registration {

    /** The value of {@link Registered#displaced()} when nothing was displaced. Connection ids are never 0. */
    long NONE = 0;

    /**
     * The route is in place.
     *
     * @param displaced the connection that it replaced, or {@link #NONE}
     */
    record Registered(long displaced) implements Registration {}

    /**
     * A newer connection of the device holds the route.
     *
     * @param storedAttempt the attempt of that one
     */
    record Older(long storedAttempt) implements Registration {}
}
