package im.gateway.session;

import im.gateway.auth.TokenVerifier;
import im.gateway.auth.TokenVerifier.Verdict;
import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionListener;
import im.gateway.room.Rooms;
import im.gateway.service.SessionServices;
import im.gateway.service.SessionTerms;
import im.protocol.CloseReason;
import im.protocol.Ids;
import im.protocol.Limits;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.NewDevice;
import im.protocol.v1.Welcome;
import im.relay.CursorStore;
import im.relay.ReadResult;
import im.relay.SeededBug;
import im.router.Registration;
import im.router.Route;
import im.router.RouteDirectory;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A connection between its Hello and its Welcome: token, device, route, in this order; then it hands over to a
 * {@link Session}. The route is in place before anything is read for catch-up, so that nothing falls between the two
 * (D23, D25). The connection does not read meanwhile. Event loop only.
 */
final class SessionOpening implements ConnectionListener {
    private static final int MIN_HEARTBEAT_MILLIS = 1_000;
    private static final int CROWDED_RETRY_MILLIS = 60_000;
    private static final int UNAVAILABLE_RETRY_MILLIS = 1_000;
    private static final Set<Feature> SPOKEN = EnumSet.of(Feature.RECEIPTS, Feature.TRANSIENT);
    private static final Set<Feature> SPOKEN_WITH_GROUPS =
            EnumSet.of(Feature.RECEIPTS, Feature.TRANSIENT, Feature.GROUPS);

    private final SessionServices services;
    private final TailChecks tailChecks;
    private final @Nullable Rooms rooms;
    private final Connection connection;
    private final Consumer<Route> displace;
    private final long ref;
    private final Hello hello;
    private boolean newDevice;
    private boolean closed;

    /**
     * @param rooms of the connection's loop; null where there are no groups
     * @param displace closes a connection of this process that a newer one of its device replaced
     */
    SessionOpening(
            SessionServices services,
            TailChecks tailChecks,
            @Nullable Rooms rooms,
            Connection connection,
            Consumer<Route> displace,
            long ref,
            Hello hello) {
        this.services = services;
        this.tailChecks = tailChecks;
        this.rooms = rooms;
        this.connection = connection;
        this.displace = displace;
        this.ref = ref;
        this.hello = hello;
    }

    void start() {
        if (Integer.compareUnsigned(hello.getVersions().getOldest(), Limits.VERSION) > 0
                || Integer.compareUnsigned(hello.getVersions().getNewest(), Limits.VERSION) < 0) {
            connection.close(CloseReason.VERSION, "this server speaks version " + Limits.VERSION);
        } else if (!Ids.isValid(hello.getDevice()) || hello.getAttempt() <= 0 || labelsTooLong()) {
            connection.close(
                    CloseReason.MALFORMED, "Hello: device, attempt, platform, client or features is out of bounds");
        } else if (services.verifier().verify(hello.getToken()) instanceof Verdict.Valid valid) {
            openDevice(valid);
        } else {
            connection.close(CloseReason.UNAUTHENTICATED, TokenVerifier.REFUSED_TEXT);
        }
    }

    private boolean labelsTooLong() {
        return hello.getPlatform().length() > Limits.LABEL_LENGTH
                || hello.getClient().length() > Limits.LABEL_LENGTH
                || hello.getFeaturesCount() > Limits.FEATURES;
    }

    private void openDevice(Verdict.Valid token) {
        int retryAfterMs = services.takeovers().retryAfterMillis(token.uid(), hello.getDevice());
        if (retryAfterMs > 0) {
            services.metrics().takeoverRefused();
            connection.close(
                    CloseReason.RATE_LIMITED, "connections of this device displace each other", retryAfterMs, 0);
            return;
        }
        services.routes()
                .routesOf(token.uid())
                .whenComplete((there, failure) -> connection.loop().execute(() -> {
                    if (failure != null) {
                        unavailable();
                    } else if (there.size() > CursorStore.MAX_DEVICES) {
                        crowded();
                    } else if (!closed) {
                        open(token);
                    }
                }));
    }

    /** Who is connected where cannot be told, or this node may not say: another try, maybe at another node. */
    private void unavailable() {
        connection.close(CloseReason.OVERLOADED, "routes are not available", UNAVAILABLE_RETRY_MILLIS, 0);
    }

    private void crowded() {
        connection.close(
                CloseReason.RATE_LIMITED,
                "more than " + CursorStore.MAX_DEVICES + " devices of the uid are connected",
                CROWDED_RETRY_MILLIS,
                0);
    }

    private void open(Verdict.Valid token) {
        services.cursors().open(token.uid(), hello.getDevice(), newDeviceStart(), connection.loop(), result -> {
            if (closed) {
                return;
            }
            newDevice = result instanceof ReadResult.Ok<Boolean> opened && opened.value();
            if (result instanceof ReadResult.Failed<Boolean> failed) {
                connection.close(CloseReason.OVERLOADED, failed.text(), failed.retryAfterMs(), 0);
            } else if (SeededBug.REGISTER_AFTER_SYNC.isActive()) {
                welcome(token, () -> register(token, () -> {}));
            } else {
                register(token, () -> welcome(token, () -> {}));
            }
        });
    }

    /** A device that has cursors is not new, whatever the store has forgotten (D21). */
    private CursorStore.Start newDeviceStart() {
        if (hello.getClientCursors() && isSameLog()) {
            return CursorStore.Start.CURSORS;
        }
        return hello.getNewDevice() == NewDevice.FROM_HEADS ? CursorStore.Start.HEADS : CursorStore.Start.FIRST_HELD;
    }

    /** Otherwise the cursors that the client brings are void. */
    private boolean isSameLog() {
        return hello.getLogId().equals(services.log().logId());
    }

    private void register(Verdict.Valid token, Runnable then) {
        services.routes()
                .register(token.uid(), hello.getDevice(), hello.getAttempt(), connection.id(), group())
                .thenCompose(registration -> takeBackIfCrowded(token, registration)
                        .thenApply(takenBack -> new Registered(registration, takenBack)))
                .whenComplete((done, failure) -> connection.loop().execute(() -> {
                    if (failure != null) {
                        // Perhaps it is in place all the same.
                        removeRoute(token);
                        unavailable();
                    } else if (done.takenBack) {
                        crowded();
                    } else {
                        registered(token, done.registration, then);
                    }
                }));
    }

    private int group() {
        return services.terms().devices().group(hello.getPlatform());
    }

    private record Registered(Registration registration, boolean takenBack) {}

    private void removeRoute(Verdict.Valid token) {
        services.presence()
                .presence()
                .left(token.uid(), () -> services.routes().remove(token.uid(), hello.getDevice(), connection.id()));
    }

    /**
     * Many that came at once have passed {@link #openDevice} together, so each is counted again when it has its route.
     * At once, before the others register, or all of them would find themselves one too many.
     */
    private CompletionStage<Boolean> takeBackIfCrowded(Verdict.Valid token, Registration registration) {
        boolean added = registration instanceof Registration.Registered done && done.displaced() == null;
        if (!added) {
            return CompletableFuture.completedStage(false);
        }
        RouteDirectory routes = services.routes();
        return routes.routesOf(token.uid())
                .thenCompose(there -> there.size() > CursorStore.MAX_DEVICES + 1
                        ? routes.remove(token.uid(), hello.getDevice(), connection.id())
                        : CompletableFuture.completedStage(false));
    }

    private void registered(Verdict.Valid token, Registration registration, Runnable then) {
        if (registration instanceof Registration.Older older) {
            connection.close(
                    CloseReason.OLDER_ATTEMPT, "a newer connection of the device is here", 0, older.storedAttempt());
        } else if (registration instanceof Registration.Registered done) {
            Route displaced = done.displaced();
            if (displaced != null && !displaced.equals(new Route(Route.HERE, connection.id()))) {
                services.takeovers().happened(token.uid(), hello.getDevice());
                displace.accept(displaced);
            }
            done.others().forEach(displace);
            new DisplacedOthers(
                            services.routes(),
                            displace,
                            connection.loop(),
                            services.terms().heartbeat().toMillis(),
                            token.uid(),
                            done.others())
                    .lookAgain();
            if (closed) {
                removeRoute(token);
            } else {
                services.presence().presence().entered(token.uid());
                then.run();
            }
        }
    }

    private void welcome(Verdict.Valid token, Runnable caughtUp) {
        int heartbeatMs = heartbeat();
        Set<Feature> features = EnumSet.noneOf(Feature.class);
        features.addAll(hello.getFeaturesList());
        features.retainAll(rooms == null ? SPOKEN : SPOKEN_WITH_GROUPS);
        write(Frame.newBuilder()
                .setRef(ref)
                .setWelcome(Welcome.newBuilder()
                        .setVersion(Limits.VERSION)
                        .setConnection(Long.toHexString(connection.id()))
                        .setUid(token.uid())
                        .setHeartbeatMs(heartbeatMs)
                        .setServerTimeMs(services.clock().millis())
                        .setLogId(services.log().logId())
                        .setTokenExpiresMs(token.expiresAtMs())
                        .setNode(services.terms().node())
                        .setNewDevice(newDevice)
                        .addAllFeatures(features)
                        .setLimits(limits()))
                .build());
        Session session = new Session(
                services,
                tailChecks,
                rooms,
                connection,
                token.uid(),
                hello.getDevice(),
                token.expiresAtMs(),
                heartbeatMs,
                features);
        connection.listen(session);
        services.metrics().opened();
        services.hooks().events().connected(token.uid(), hello.getDevice(), connection.id(), hello.getPlatform());
        session.welcomed(hello.getClientCursors(), isSameLog(), caughtUp);
        connection.setReading(true);
    }

    private int heartbeat() {
        int longest = (int) services.terms().heartbeat().toMillis();
        int wanted = hello.getHeartbeatMs();
        return wanted <= 0 ? longest : Math.min(longest, Math.max(wanted, Math.min(longest, MIN_HEARTBEAT_MILLIS)));
    }

    private im.protocol.v1.Limits limits() {
        SessionTerms terms = services.terms();
        return im.protocol.v1.Limits.newBuilder()
                .setFrameBytes(connection.wire().frameBytes())
                .setPayloadBytes(Limits.PAYLOAD_BYTES)
                .setWindowMessages(terms.windowMessages())
                .setWindowBytes(terms.windowBytes())
                .setUnansweredSends(terms.unansweredSends())
                .setDedupeMs(terms.dedupeWindow().toMillis())
                .setRetentionMs(terms.retention().time().toMillis())
                .setRetentionMessages(terms.retention().messages())
                .setRetentionBytes(terms.retention().bytes())
                .build();
    }

    private void write(Frame frame) {
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }

    /** The server stops. */
    void drained() {
        connection.close(CloseReason.DRAINING, Drain.TEXT);
    }

    /** A newer connection of the device came before this one was welcomed. */
    void displaced() {
        connection.close(CloseReason.DISPLACED, Sessions.DISPLACED_TEXT);
    }

    @Override
    public void onFrame(Frame frame) {
        connection.close(CloseReason.MALFORMED, "nothing is said between Hello and Welcome");
    }

    @Override
    public void onReadsDrained() {}

    @Override
    public void onWritable() {}

    @Override
    public void onTick() {}

    @Override
    public void onClosed(CloseReason reason) {
        closed = true;
    }
}
