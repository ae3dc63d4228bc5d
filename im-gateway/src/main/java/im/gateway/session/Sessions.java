package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionIds;
import im.gateway.connection.Loop;
import im.gateway.connection.SessionOpener;
import im.gateway.service.SessionServices;
import im.protocol.CloseReason;
import im.protocol.v1.Hello;
import im.router.Route;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** All sessions of this process: opens them, displaces them, sends them away. Any thread, except {@link #open}. */
public final class Sessions implements SessionOpener {
    static final String DISPLACED_TEXT = "a newer connection of the device took over";

    private final SessionServices services;
    private final List<Loop> loops;
    private final List<TailChecks> tailChecks;
    private final RandomGenerator random;

    /**
     * @param loops by {@link Loop#index()}
     * @param random safe for use by many threads
     */
    public Sessions(SessionServices services, List<Loop> loops, RandomGenerator random) {
        this.services = services;
        this.loops = List.copyOf(loops);
        this.tailChecks = this.loops.stream()
                .map(loop -> new TailChecks(loop, services.store()))
                .toList();
        this.random = random;
    }

    @Override
    public void open(Connection connection, long ref, Hello hello) {
        TailChecks checks = tailChecks.get(connection.loop().index());
        SessionOpening opening = new SessionOpening(services, checks, connection, this::displace, ref, hello);
        connection.listen(opening);
        opening.start();
    }

    private void displace(Route route) {
        if (route.isHere()) {
            displaced(route.connection());
        } else {
            services.bus().displaced(route);
        }
    }

    /**
     * A larger attempt of its device has replaced that connection, here or on another node: it is told so and closed
     * (D22). One that is gone already is nobody's business.
     */
    public void displaced(long id) {
        int index = ConnectionIds.loop(id);
        if (id <= 0 || index >= loops.size()) {
            return;
        }
        Loop loop = loops.get(index);
        loop.execute(() -> {
            if (loop.find(id) instanceof Session session) {
                session.connection().close(CloseReason.DISPLACED, DISPLACED_TEXT);
            } else if (loop.find(id) instanceof SessionOpening opening) {
                opening.displaced();
            }
        });
    }

    /**
     * Pushes may have been lost: every session compares what it has with the store, through the tail check, in the next
     * quarter of a heartbeat.
     */
    public void resync() {
        everySession(Session::checkTailSoon);
    }

    /**
     * Sends everybody away without loss: GoAway with a moment of its own for each client; whoever is left when the time
     * is over is not read from any more, gets what the log still owes, and a Close.
     *
     * @param within how long clients have to leave; 0 or more
     * @return completes when no connection is left, at most 6 s after the time is over
     */
    public CompletionStage<Void> drain(Duration within) {
        return new Drain(this, services, loops, random).start(within);
    }

    void everySession(Consumer<Session> action) {
        everyConnection(action, opening -> {});
    }

    /** Also those that wait for their Welcome. */
    void everyConnection(Consumer<Session> action, Consumer<SessionOpening> onOpening) {
        for (Loop loop : loops) {
            loop.execute(() -> loop.forEach(listener -> {
                if (listener instanceof Session session) {
                    action.accept(session);
                } else if (listener instanceof SessionOpening opening) {
                    onOpening.accept(opening);
                }
            }));
        }
    }
}
