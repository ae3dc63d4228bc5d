package im.gateway.session;

import im.gateway.connection.ConnectionIds;
import im.gateway.connection.Loop;
import im.gateway.service.SessionMetrics;
import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.PushBus;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.Route;
import im.router.Routes;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The push bus of a single process: a task for the loop of each connection, run with the commit's other results. */
public final class LoopPushBus implements PushBus {
    private final List<Loop> loops;
    private final SessionMetrics metrics;
    private volatile @Nullable Sessions sessions;

    /** @param loops by {@link Loop#index()} */
    public LoopPushBus(List<Loop> loops, SessionMetrics metrics) {
        this.loops = List.copyOf(loops);
        this.metrics = metrics;
    }

    @Override
    public void push(PlacedMessage message, String uid, Routes routes, Wakeups wakeups) {
        toEach(uid, routes, wakeups, session -> session.push(message));
    }

    @Override
    public void pushGroup(GroupPush push, Wakeups wakeups) {
        Sessions to = sessions;
        if (to != null) {
            for (int index : to.loopsOf(push.group())) {
                Loop loop = loops.get(index);
                wakeups.add(loop, () -> to.pushGroup(loop, push));
            }
        }
    }

    @Override
    public void pushMembership(String group, String uid, Routes routes, Wakeups wakeups) {
        toEach(uid, routes, wakeups, session -> session.membershipChanged(group));
    }

    /** Whose rooms pushes of groups go to from now on; until then there is nobody. */
    public void serve(Sessions opened) {
        sessions = opened;
    }

    @Override
    public boolean takesReceipts() {
        return metrics.wantingReceipts() > 0;
    }

    @Override
    public void pushReceipt(Receipt receipt, String uid, Routes routes, Wakeups wakeups) {
        toEach(uid, routes, wakeups, session -> session.pushReceipt(receipt));
    }

    @Override
    public void pushTransient(TransientMessage message, String uid, Routes routes, Wakeups wakeups) {
        toEach(uid, routes, wakeups, session -> session.pushTransient(message));
    }

    /** In one process the newer connection displaces the older one itself. */
    @Override
    public void displaced(Route route) {}

    /** In one process there is no other node. */
    @Override
    public void removed(String uid, Route route) {}

    /** A route is a hint: what it names may be gone, or nothing that this process ever had. */
    private void toEach(String uid, Routes routes, Wakeups wakeups, Consumer<Session> action) {
        for (long connection : routes.here()) {
            int index = ConnectionIds.loop(connection);
            if (connection <= 0 || index >= loops.size()) {
                metrics.unknownPush();
                continue;
            }
            Loop loop = loops.get(index);
            wakeups.add(loop, () -> {
                if (loop.find(connection) instanceof Session session
                        && session.uid().equals(uid)) {
                    action.accept(session);
                } else {
                    metrics.unknownPush();
                }
            });
        }
    }
}
