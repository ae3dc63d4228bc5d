package im.gateway.session;

import im.gateway.connection.ConnectionIds;
import im.gateway.connection.Loop;
import im.gateway.service.SessionMetrics;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.Route;
import im.router.Routes;
import java.util.List;
import java.util.function.Consumer;

/** The push bus of a single process: a task for the loop of each connection, run with the commit's other results. */
public final class LoopPushBus implements PushBus {
    private final List<Loop> loops;
    private final SessionMetrics metrics;

    /** @param loops by {@link Loop#index()} */
    public LoopPushBus(List<Loop> loops, SessionMetrics metrics) {
        this.loops = List.copyOf(loops);
        this.metrics = metrics;
    }

    @Override
    public void push(PlacedMessage message, String uid, Routes routes, Wakeups wakeups) {
        toEach(routes, wakeups, session -> session.push(message));
    }

    @Override
    public boolean takesReceipts() {
        return metrics.wantingReceipts() > 0;
    }

    @Override
    public void pushReceipt(Receipt receipt, String uid, Routes routes, Wakeups wakeups) {
        toEach(routes, wakeups, session -> session.pushReceipt(receipt));
    }

    @Override
    public void pushTransient(TransientMessage message, String uid, Routes routes, Wakeups wakeups) {
        toEach(routes, wakeups, session -> session.pushTransient(message));
    }

    /** In one process the newer connection displaces the older one itself. */
    @Override
    public void displaced(Route route) {}

    private void toEach(Routes routes, Wakeups wakeups, Consumer<Session> action) {
        for (long connection : routes.here()) {
            Loop loop = loops.get(ConnectionIds.loop(connection));
            wakeups.add(loop, () -> {
                if (loop.find(connection) instanceof Session session) {
                    action.accept(session);
                }
            });
        }
    }
}
