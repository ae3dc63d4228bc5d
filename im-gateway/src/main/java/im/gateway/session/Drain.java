package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.connection.Loop;
import im.gateway.service.SessionServices;
import im.protocol.CloseReason;
import im.protocol.v1.Frame;
import im.protocol.v1.GoAway;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** The graceful end of all sessions, in steps that each wait for what they need. Steps run on the first loop. */
final class Drain {
    static final String TEXT = "the server stops";

    private static final long POLL_MILLIS = 20;
    /** How long a disk may take over what it has been given, and a peer over its Close. */
    private static final long ANSWERS_MILLIS = 5_000;

    private final Sessions sessions;
    private final SessionServices services;
    private final List<Loop> loops;
    private final RandomGenerator random;
    private final CompletableFuture<Void> done = new CompletableFuture<>();

    Drain(Sessions sessions, SessionServices services, List<Loop> loops, RandomGenerator random) {
        this.sessions = sessions;
        this.services = services;
        this.loops = loops;
        this.random = random;
    }

    CompletionStage<Void> start(Duration within) {
        int spread = (int) Math.min(within.toMillis(), Integer.MAX_VALUE);
        sessions.everySession(session -> sendAway(session.connection(), spread));
        await(() -> connections() == 0, spread, this::stopReading);
        return done;
    }

    private void sendAway(Connection connection, int spread) {
        Frame frame = Frame.newBuilder()
                .setGoAway(GoAway.newBuilder()
                        .setReason(GoAway.Reason.DRAINING)
                        .setReconnectAfterMs(spread == 0 ? 0 : random.nextInt(spread))
                        .setDeadlineMs(spread))
                .build();
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }

    private void stopReading() {
        sessions.everySession(Session::stopReading);
        await(() -> services.metrics().unanswered() == 0, ANSWERS_MILLIS, this::close);
    }

    private void close() {
        sessions.everyConnection(
                session -> session.connection().close(CloseReason.DRAINING, TEXT), SessionOpening::drained);
        await(() -> connections() == 0, 1_000, () -> done.complete(null));
    }

    private long connections() {
        return loops.stream().mapToLong(Loop::connections).sum();
    }

    private void await(BooleanSupplier reached, long atMostMillis, Runnable then) {
        poll(reached, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(atMostMillis), then);
    }

    private void poll(BooleanSupplier reached, long deadlineNanos, Runnable then) {
        if (reached.getAsBoolean() || System.nanoTime() - deadlineNanos >= 0) {
            then.run();
        } else {
            loops.get(0).schedule(() -> poll(reached, deadlineNanos, then), POLL_MILLIS);
        }
    }
}
