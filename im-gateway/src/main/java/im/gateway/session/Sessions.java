package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionIds;
import im.gateway.connection.Loop;
import im.gateway.connection.SessionOpener;
import im.gateway.room.GroupLoops;
import im.gateway.room.GroupsHeard;
import im.gateway.room.Rooms;
import im.gateway.service.SessionServices;
import im.protocol.CloseReason;
import im.protocol.v1.Hello;
import im.relay.GroupPush;
import im.relay.GroupStore;
import im.router.Route;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** All sessions of this process: opens them, displaces them, sends them away. Any thread, except {@link #open}. */
public final class Sessions implements SessionOpener {
    private static final String REMOVED_TEXT = "removed by an administrator";
    static final String DISPLACED_TEXT = "a newer connection of the device took over";

    private final SessionServices services;
    private final List<Loop> loops;
    private final List<TailChecks> tailChecks;
    private final List<Rooms> rooms;
    private final GroupLoops groupLoops = new GroupLoops();
    private final RandomGenerator random;

    /** As below, of a process that hears of every group. */
    public Sessions(SessionServices services, List<Loop> loops, RandomGenerator random) {
        this(services, loops, GroupsHeard.ALL, random);
    }

    /**
     * @param loops by {@link Loop#index()}
     * @param interest in what is placed in groups
     * @param random safe for use by many threads
     */
    public Sessions(SessionServices services, List<Loop> loops, GroupsHeard interest, RandomGenerator random) {
        this.services = services;
        this.loops = List.copyOf(loops);
        this.tailChecks = this.loops.stream()
                .map(loop -> new TailChecks(loop, services.store()))
                .toList();
        GroupStore groups = services.groups();
        long heartbeat = services.terms().heartbeat().toMillis();
        this.rooms = groups == null
                ? List.of()
                : this.loops.stream()
                        .map(loop -> new Rooms(
                                loop, groups, heartbeat, services.metrics().rooms(), interest, groupLoops))
                        .toList();
        this.random = random;
    }

    /** The loops that have members of the group, by {@link Loop#index()}. Not to be changed. */
    int[] loopsOf(String group) {
        return groupLoops.of(group);
    }

    /** A message of a group, for its members on one loop; on that loop. */
    void pushGroup(Loop loop, GroupPush push) {
        if (!rooms.isEmpty()) {
            rooms.get(loop.index()).push(push);
        }
    }

    @Override
    public void open(Connection connection, long ref, Hello hello) {
        TailChecks checks = tailChecks.get(connection.loop().index());
        Rooms own = rooms.isEmpty() ? null : rooms.get(connection.loop().index());
        SessionOpening opening = new SessionOpening(services, checks, own, connection, this::displace, ref, hello);
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
     * Closes a connection of the uid with {@link CloseReason#REMOVED}, so that its client stays away. One that is gone,
     * or is another's, is nobody's business.
     */
    public void remove(String uid, long id) {
        find(
                uid,
                id,
                found -> found.ifPresent(session -> session.connection().close(CloseReason.REMOVED, REMOVED_TEXT)));
    }

    /** The device of a connection of the uid; empty where it has gone. Completes on its event loop. */
    public CompletionStage<Optional<String>> device(String uid, long id) {
        CompletableFuture<Optional<String>> device = new CompletableFuture<>();
        find(uid, id, found -> device.complete(found.map(session -> session.device)));
        return device;
    }

    /** @param then on the connection's event loop, where there is one */
    private void find(String uid, long id, Consumer<Optional<Session>> then) {
        int index = ConnectionIds.loop(id);
        if (id <= 0 || index >= loops.size()) {
            then.accept(Optional.empty());
            return;
        }
        Loop loop = loops.get(index);
        loop.execute(() -> then.accept(
                loop.find(id) instanceof Session session && session.uid().equals(uid)
                        ? Optional.of(session)
                        : Optional.empty()));
    }

    /** Every uid with a session in this process, once. Completes on an event loop. */
    public CompletionStage<List<String>> uids() {
        CompletionStage<Set<String>> all = CompletableFuture.completedStage(new HashSet<>());
        for (Loop loop : loops) {
            CompletableFuture<List<String>> ofLoop = new CompletableFuture<>();
            loop.execute(() -> {
                List<String> uids = new ArrayList<>();
                loop.forEach(listener -> {
                    if (listener instanceof Session session) {
                        uids.add(session.uid());
                    }
                });
                ofLoop.complete(uids);
            });
            all = all.thenCombine(ofLoop, (found, uids) -> {
                found.addAll(uids);
                return found;
            });
        }
        return all.thenApply(List::copyOf);
    }

    /**
     * Pushes may have been lost: every session compares what it has with the store, through the tail check, in the next
     * quarter of a heartbeat, and the rooms do at once.
     */
    public void resync() {
        everySession(Session::checkTailSoon);
        if (!rooms.isEmpty()) {
            loops.forEach(loop -> loop.execute(rooms.get(loop.index())::checkNow));
        }
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
