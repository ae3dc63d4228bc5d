package im.client;

import im.client.internal.dispatch.EndpointChoice;
import im.client.internal.dispatch.PollingFallback;
import im.client.internal.order.Backoff;
import im.client.internal.transport.Dialer;
import im.client.internal.transport.Endpoint;
import im.client.store.DeviceRecord;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.GoAway;
import im.protocol.v1.Hello;
import im.protocol.v1.NewDevice;
import im.protocol.v1.Versions;
import im.protocol.v1.Welcome;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a session connected while that is wanted: which endpoint, with which token and attempt, after which delay, and
 * when to stop for good. Event loop only.
 *
 * <p>At most two connections exist: {@code active}, which had its Welcome and carries the traffic, and {@code next},
 * which is on its way to take its place, because there is none or because the gateway said GoAway. When {@code next}
 * is welcome, {@code active} is retired; that the gateway closes it with 4409 a little earlier means nothing (D37).
 */
final class Reconnector implements ClientConnection.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Reconnector.class);

    private static final String CLIENT = "im-client-java/0.1";
    /** A larger stored attempt is no clock's: it is not followed, or there would be none left above it. */
    private static final long MAX_ATTEMPT = Long.MAX_VALUE / 2;

    private final ClientConfig config;
    private final EventLoop loop;
    private final Timers timers;
    private final Dialer dialer;
    private final Traffic traffic;
    private final Kept kept;
    private final SessionView view;
    private final EndpointChoice endpoints;
    private final Backoff backoff;
    private final PollingFallback fallback;
    private final TokenRenewal renewal;
    private final List<Feature> features;
    private final List<CompletableFuture<Void>> connects = new ArrayList<>();

    private boolean wanted;
    private @Nullable ClientConnection active;
    private @Nullable ClientConnection next;
    /** The delay before the next dial, or the time-out of the token that is being fetched. */
    private Timers.@Nullable Timer timer;
    /** Until WebSocket is tried beside the polls of {@link #active}. */
    private Timers.@Nullable Timer webSocketTimer;
    /** {@link #next} is that try: if nothing comes of it, {@link #active} carries on. */
    private boolean tryingWebSocket;
    /** Numbers the dials, so that a token that comes too late starts nothing; odd while one is being fetched. */
    private long fetch;

    private long lastAttempt;
    private boolean freshTokenTried;
    private long gatewayAheadMillis;
    private boolean everWelcomed;
    /** What this run has got is all that the device has. */
    private boolean ownCursors;
    /** The gateway of {@link #active} stops. */
    private boolean sentAway;
    /** Since {@link #active} was welcomed, a connection of ours said Hello with a larger attempt and was lost. */
    private boolean overtaken;

    Reconnector(
            ClientConfig config,
            EventLoop loop,
            Timers timers,
            Dialer dialer,
            Traffic traffic,
            Kept kept,
            SessionView view,
            EndpointChoice endpoints,
            List<Feature> features) {
        this.endpoints = endpoints;
        this.features = features;
        this.renewal = new TokenRenewal(config.tokens(), loop, timers, traffic.requests(), this::tokenGoodUntil);
        this.kept = kept;
        this.lastAttempt = kept.device().attempt();
        this.config = config;
        this.loop = loop;
        this.timers = timers;
        this.dialer = dialer;
        this.traffic = traffic;
        this.view = view;
        this.ownCursors = config.newDevice() || kept.device().whole();
        this.fallback = new PollingFallback(
                config.pollAfterFailures(), config.webSocketAgain().toMillis(), config.random());
        this.backoff = new Backoff(config.reconnectMin(), config.reconnectMax(), config.random());
    }

    /** Connects and stays connected; the future follows {@link ImClient#connect()}. */
    void start(CompletableFuture<Void> connected) {
        if (view.state() == ConnectionState.LIVE) {
            connected.complete(null);
            return;
        }
        String broken = kept.failure();
        if (broken != null) {
            connected.completeExceptionally(new ImClientException(0, broken));
            return;
        }
        connects.add(connected);
        if (!wanted) {
            wanted = true;
            freshTokenTried = false;
            dial();
        }
    }

    /** Drops what there is and stays away; completes when the sockets are gone. */
    CompletableFuture<Void> stop(String why) {
        traffic.acknowledgeAll();
        CompletableFuture<Void> gone = drop(why);
        change(ConnectionState.CLOSED, CloseReason.NORMAL.code(), why);
        failConnects(new ImClientException(0, why));
        return gone;
    }

    /** The store does not keep any more what it has to: a client that went on would promise what it cannot hold. */
    void storeFailed() {
        closeForGood(new Ending(0, String.valueOf(kept.failure()), false, 0, 0));
    }

    /** The sockets break; what follows is what follows any loss. */
    void cut() {
        if (active != null) {
            active.cut();
        }
        if (next != null) {
            next.cut();
        }
    }

    private CompletableFuture<Void> drop(String why) {
        wanted = false;
        fetch += fetch % 2;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        CompletableFuture<Void> oneGone = active == null ? done() : active.retire(why);
        CompletableFuture<Void> otherGone = next == null ? done() : next.retire(why);
        active = null;
        next = null;
        tryingWebSocket = false;
        tryWebSocketLater();
        traffic.detach();
        return CompletableFuture.allOf(oneGone, otherGone);
    }

    private static CompletableFuture<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    private void dial() {
        if (active == null) {
            change(ConnectionState.CONNECTING, 0, "");
        }
        config.tokens().forgetIfEnding();
        long fetching = ++fetch;
        long timeout = config.connectTimeout().toMillis();
        timer = timers.after(timeout, () -> tokenCame(fetching, null, "not within " + timeout + " ms"));
        endpoints.refresh(kept.device().uid()).thenRun(() -> fetchToken(fetching));
    }

    private void fetchToken(long fetching) {
        if (fetching != fetch) {
            return;
        }
        config.tokens()
                .token()
                .whenComplete(
                        (token, failure) -> loop.execute(() -> tokenCame(fetching, token, String.valueOf(failure))));
    }

    private void tokenCame(long fetching, @Nullable String token, String failure) {
        if (fetching != fetch) {
            return;
        }
        fetch++;
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (token == null) {
            failed(Ending.lost("no token: " + failure));
            return;
        }
        config.tokens().keep(token);
        Endpoint endpoint = endpoints.current();
        if (endpoint == null) {
            failed(new Ending(0, endpoints.trouble(), true, endpoints.retryAfterMillis(), 0));
            return;
        }
        lastAttempt = Math.max(lastAttempt + 1, System.currentTimeMillis());
        keepDevice(kept.device().uid());
        long timeout = config.connectTimeout().toMillis();
        Endpoint dialled = tryingWebSocket ? endpoint : fallback.instead(endpoint);
        next = new ClientConnection(this, traffic, timers, dialer, dialled, hello(token), timeout);
    }

    private void keepDevice(String uid) {
        kept.device(device -> new DeviceRecord(
                config.device(), uid, device.logId(), ownCursors, lastAttempt, device.completeAsOfMillis()));
    }

    /**
     * Cursors are announced only where this run began with the device: the gateway takes them for all that the device
     * has, and starts every other conversation from the beginning. One with a past has conversations that this run has
     * not seen; the gateway's copy of its cursors has them all, and what it sends again is dropped here.
     */
    private Hello hello(String token) {
        NewDevice start =
                config.newDeviceStart() == NewDeviceStart.HEADS ? NewDevice.FROM_HEADS : NewDevice.FROM_FIRST_HELD;
        return Hello.newBuilder()
                .setVersions(Versions.newBuilder().setOldest(Limits.VERSION).setNewest(Limits.VERSION))
                .setToken(token)
                .setDevice(config.device())
                .setPlatform("java")
                .setHeartbeatMs((int) config.heartbeat().toMillis())
                .setClient(CLIENT)
                .setLogId(traffic.logId())
                .setNewDevice(start)
                .setClientCursors(ownCursors && traffic.canResume())
                .setAttempt(lastAttempt)
                .addAllFeatures(features)
                .build();
    }

    @Override
    public void welcomed(ClientConnection connection, Welcome welcome) {
        String owner = kept.device().uid();
        if (kept.isDurable() && !owner.isEmpty() && !owner.equals(welcome.getUid())) {
            closeForGood(
                    new Ending(0, "the store belongs to " + owner + ", the token to " + welcome.getUid(), false, 0, 0));
            return;
        }
        ClientConnection old = active;
        active = connection;
        next = null;
        sentAway = false;
        overtaken = false;
        freshTokenTried = false;
        endpoints.welcomed();
        fallback.welcomed(connection.endpoint());
        tryingWebSocket = false;
        tryWebSocketLater();
        ownCursors |= welcome.getNewDevice();
        keepDevice(welcome.getUid());
        gatewayAheadMillis = welcome.getServerTimeMs() - System.currentTimeMillis();
        tokenGoodUntil(welcome.getTokenExpiresMs());
        view.welcomed(welcome, everWelcomed);
        everWelcomed = true;
        renewal.stop();
        traffic.attach(connection, welcome);
        if (old != null) {
            old.retire("replaced by a newer connection of this client");
        }
        change(ConnectionState.CATCHING_UP, 0, "");
    }

    /** @param gatewayMillis by the gateway's clock; 0 where it does not end */
    private void tokenGoodUntil(long gatewayMillis) {
        long left = gatewayMillis - gatewayAheadMillis - System.currentTimeMillis();
        config.tokens().goodFor(gatewayMillis > 0 ? Math.max(1, left) : 0);
    }

    @Override
    public void signalled(ClientConnection connection, Frame signal) {
        if (connection != active) {
            return;
        }
        switch (signal.getBodyCase()) {
            case CAUGHT_UP -> {
                traffic.caughtUp(signal.getCaughtUp());
                change(ConnectionState.LIVE, 0, "");
                List<CompletableFuture<Void>> waiting = List.copyOf(connects);
                connects.clear();
                waiting.forEach(connected -> connected.complete(null));
            }
            case LAGGING -> change(ConnectionState.LAGGING, 0, "");
            case EXPIRING -> renewal.expiring(signal.getExpiring().getInMs());
            case GO_AWAY -> goAway(signal.getGoAway());
            default -> throw new IllegalArgumentException("not a signal: " + signal.getBodyCase());
        }
    }

    /**
     * Opens the next connection after the delay; this one carries on until then. If nobody takes us, this one is left
     * all the same, once it has answered: the gateway waits for that.
     */
    private void goAway(GoAway order) {
        sentAway = true;
        if (next == null && timer == null) {
            endpoints.next();
            endpoints.told(order.getEndpointsList());
            timer = timers.after(Math.max(0, order.getReconnectAfterMs()), this::redial);
        }
    }

    @Override
    public void ended(ClientConnection connection, Ending ending) {
        LOG.debug("connection ended device={} why={}", config.device(), ending.describe());
        if (connection == next) {
            overtaken |= connection.isHelloSent();
            next = null;
            if (connection.wasBlocked()) {
                fallback.failed(connection.endpoint());
            }
            if (tryFailed(ending)) {
                return;
            }
            endpoints.next();
            failed(ending);
            leaveIfSentAway(ending);
        } else if (connection == active) {
            backoff.lived(connection.livedMillis());
            active = null;
            endpoints.lost();
            traffic.detach();
            activeEnded(ending);
        }
    }

    private void tryWebSocketLater() {
        if (webSocketTimer != null) {
            webSocketTimer.cancel();
            webSocketTimer = null;
        }
        ClientConnection on = active;
        long after = on == null ? 0 : fallback.backAfterMillis(endpoints.current(), on.endpoint());
        if (after > 0) {
            webSocketTimer = timers.after(after, this::tryWebSocket);
        }
    }

    private void tryWebSocket() {
        webSocketTimer = null;
        boolean free = active != null && next == null && timer == null && fetch % 2 == 0 && !sentAway;
        if (free && view.state() == ConnectionState.LIVE) {
            tryingWebSocket = true;
            dial();
        } else {
            tryWebSocketLater();
        }
    }

    /** Whether it was only the try of a WebSocket beside a connection that carries on. */
    private boolean tryFailed(Ending ending) {
        boolean only = tryingWebSocket && active != null && !sentAway && !isFinal(ending);
        tryingWebSocket = false;
        if (only) {
            fallback.triedInVain();
            tryWebSocketLater();
        }
        return only;
    }

    private void leaveIfSentAway(Ending ending) {
        ClientConnection left = active;
        if (left != null && sentAway) {
            sentAway = false;
            traffic.finish(() -> {
                traffic.acknowledgeAll();
                active = null;
                traffic.detach();
                var gone = left.retire("the gateway stops");
                gone.thenRun(() -> LOG.debug("left a gateway that stops device={}", config.device()));
                boolean dialling = next != null || fetch % 2 == 1;
                change(
                        dialling ? ConnectionState.CONNECTING : ConnectionState.WAITING,
                        CloseReason.GOING_AWAY.code(),
                        ending.text());
            });
        }
    }

    private void activeEnded(Ending told) {
        boolean replacing = next != null && next.isHelloSent();
        boolean byOurselves = overtaken && told.is(CloseReason.DISPLACED);
        Ending ending = byOurselves ? Ending.lost(told.describe()) : told;
        if (!replacing && (isFinal(ending) || (next == null && timer == null))) {
            failed(ending);
        } else {
            boolean dialling = next != null || fetch % 2 == 1;
            change(dialling ? ConnectionState.CONNECTING : ConnectionState.WAITING, ending.code(), ending.text());
        }
    }

    private boolean isFinal(Ending ending) {
        return ending.is(CloseReason.UNAUTHENTICATED)
                ? !config.tokens().canRefresh() || freshTokenTried
                : !ending.reconnect();
    }

    /** An attempt, or the connection without another on its way, has ended. */
    private void failed(Ending ending) {
        if (tryFailed(ending)) {
            return;
        }
        if (isFinal(ending)) {
            closeForGood(ending);
            return;
        }
        if (ending.is(CloseReason.UNAUTHENTICATED)) {
            freshTokenTried = true;
            config.tokens().forget();
        }
        if (ending.attempt() < MAX_ATTEMPT) {
            lastAttempt = Math.max(lastAttempt, ending.attempt());
        }
        long asked = Backoff.spread(ending.retryAfterMillis(), config.random());
        timer = timers.after(Math.max(asked, backoff.nextMillis()), this::redial);
        if (active == null) {
            change(ConnectionState.WAITING, ending.code(), ending.text());
        }
    }

    private void redial() {
        timer = null;
        dial();
    }

    private void closeForGood(Ending ending) {
        var gone = drop("giving up");
        view.refused(ending.describe());
        traffic.settleSends("connection refused for good: " + ending.describe());
        change(ConnectionState.CLOSED, ending.code(), ending.text());
        failConnects(new ImClientException(ending.code(), ending.describe()));
        gone.thenRun(() -> LOG.debug("gave up device={} why={}", config.device(), ending.describe()));
    }

    private void failConnects(ImClientException why) {
        List<CompletableFuture<Void>> waiting = List.copyOf(connects);
        connects.clear();
        waiting.forEach(connected -> connected.completeExceptionally(why));
    }

    private void change(ConnectionState to, int closeCode, String reason) {
        ConnectionState from = view.state();
        if (from != to) {
            view.state(to);
            traffic.stateChanged(new StateChange(from, to, closeCode, reason));
        }
    }
}
