package im.gateway.edge;

import im.gateway.connection.FailureLog;
import im.gateway.connection.Loop;
import im.gateway.connection.SessionOpener;
import io.netty.channel.SingleThreadEventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of one loop share: the list of those that have written in this turn, and the deadlines of
 * handshakes and farewells. Event loop only, except {@link #stop}.
 */
final class EdgeLoop {
    /** A balancer's header takes no longer than this, so that with the sweep one that lies is closed within a second. */
    static final long PROXY_MILLIS = 700;

    private static final long MAX_SWEEP_MILLIS = 250;

    private final Loop loop;
    private final SingleThreadEventLoop executor;
    private final SessionOpener sessions;
    private final EdgeMeters meters;
    private final EdgeConfig config;
    private final FailureLog failures;
    private final DeadlineQueue handshakes;
    private final DeadlineQueue farewells;
    private final DeadlineQueue proxyHeaders = new DeadlineQueue(PROXY_MILLIS);
    private final DeadlineQueue keptAlive;
    private final @Nullable PollSessions polls;
    private final PollMeters pollMeters;
    private final Set<PollConnection> waiting = new LinkedHashSet<>();
    private List<Flushing> dirty = new ArrayList<>();
    private List<Flushing> flushing = new ArrayList<>();
    private boolean flushPlanned;
    private boolean stopping;

    EdgeLoop(
            Loop loop,
            SingleThreadEventLoop executor,
            SessionOpener sessions,
            EdgeMeters meters,
            EdgeConfig config,
            @Nullable PollSessions polls,
            PollMeters pollMeters,
            FailureLog failures) {
        this.loop = loop;
        this.executor = executor;
        this.sessions = sessions;
        this.meters = meters;
        this.config = config;
        this.polls = polls;
        this.pollMeters = pollMeters;
        this.keptAlive = new DeadlineQueue(config.heartbeat().toMillis() * 5 / 2);
        this.failures = failures;
        long handshakeMillis = config.handshakeTimeout().toMillis();
        this.handshakes = new DeadlineQueue(handshakeMillis);
        this.farewells = new DeadlineQueue(config.farewellTimeout().toMillis());
        long sweepMillis = Math.max(1, Math.min(MAX_SWEEP_MILLIS, handshakeMillis / 20));
        var unused = executor.scheduleWithFixedDelay(this::sweep, sweepMillis, sweepMillis, TimeUnit.MILLISECONDS);
    }

    /** What has written and is told when the turn of the loop ends. */
    interface Flushing {
        void flush();
    }

    Loop loop() {
        return loop;
    }

    SessionOpener sessions() {
        return sessions;
    }

    EdgeMeters meters() {
        return meters;
    }

    EdgeConfig config() {
        return config;
    }

    /** Null where nobody may poll. */
    @Nullable PollSessions polls() {
        return polls;
    }

    PollMeters pollMeters() {
        return pollMeters;
    }

    FailureLog failures() {
        return failures;
    }

    boolean inEventLoop() {
        return executor.inEventLoop();
    }

    /** Whether sockets that now close do so because the server stops. */
    boolean isStopping() {
        return stopping;
    }

    DeadlineQueue.Deadline handshakeFrom(DeadlineQueue.Expiring owner) {
        return handshakes.set(nowMillis(), owner);
    }

    DeadlineQueue.Deadline proxyHeaderFrom(DeadlineQueue.Expiring owner) {
        return proxyHeaders.set(nowMillis(), owner);
    }

    DeadlineQueue.Deadline farewellFrom(DeadlineQueue.Expiring owner) {
        return farewells.set(nowMillis(), owner);
    }

    /** From one poll on a socket to the next. */
    DeadlineQueue.Deadline keepAliveFrom(DeadlineQueue.Expiring owner) {
        return keptAlive.set(nowMillis(), owner);
    }

    /** The connection has a poll that waits; it is looked at with every sweep. */
    void waits(PollConnection connection) {
        waiting.add(connection);
    }

    void waitsNoMore(PollConnection connection) {
        waiting.remove(connection);
    }

    /**
     * The connection has written and is flushed when this turn of the loop ends, whoever let it write: its reads, a
     * task of the lane, the tick. To be called once until then.
     */
    void flushLater(Flushing connection) {
        dirty.add(connection);
        planFlush();
    }

    private void planFlush() {
        if (!flushPlanned) {
            flushPlanned = true;
            executor.executeAfterEventLoopIteration(this::flush);
        }
    }

    /**
     * A flush that makes a connection writable lets it write more. That goes out at the end of the next turn, not of
     * this one: a peer that reads fast must not keep the loop from its other connections.
     */
    private void flush() {
        List<Flushing> now = dirty;
        dirty = flushing;
        flushing = now;
        for (int i = 0; i < now.size(); i++) {
            flush(now.get(i));
        }
        now.clear();
        flushPlanned = false;
        if (!dirty.isEmpty()) {
            flushPlanned = true;
            executor.execute(() -> executor.executeAfterEventLoopIteration(this::flush));
        }
    }

    private void flush(Flushing connection) {
        try {
            connection.flush();
        } catch (RuntimeException e) {
            failures.report("flush", e);
        }
    }

    private void sweep() {
        try {
            long now = nowMillis();
            proxyHeaders.sweep(now);
            handshakes.sweep(now);
            farewells.sweep(now);
            keptAlive.sweep(now);
            for (PollConnection connection : List.copyOf(waiting)) {
                connection.sweep(now);
            }
        } catch (RuntimeException e) {
            failures.report("sweep", e);
        }
    }

    /** Ends the handshakes that are under way, so that no session begins any more. Any thread. */
    void stop() {
        executor.execute(() -> {
            stopping = true;
            handshakes.sweep(Long.MAX_VALUE);
        });
    }

    /** Monotonic milliseconds of deadlines; not those of {@link Loop#nowMillis}. */
    long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
