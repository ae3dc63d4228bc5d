package im.gateway.edge;

import im.gateway.connection.Loop;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.RejectedExecutionException;

/**
 * One request of a poll session, from the loop of its socket to that of its session; its answer comes back the same
 * way. The session's loop, where nothing else is said.
 */
final class PollRequest {
    private final PollSocket socket;
    private final PollConnection connection;
    private final Asked asked;
    private ByteBuf body;
    private boolean answered;
    private long untilMillis;
    private boolean refused;

    /**
     * What its head says.
     *
     * @param number of the frames it carries, one more for each; a repetition has the same
     * @param answer number of the last answer that the client has
     * @param waitMillis how long the answer may take; 0 where it is to tell at once whether the frames were taken, and
     *     nothing else
     */
    record Asked(PollFormat format, String session, long number, long answer, long waitMillis) {}

    /** @param body on the heap and without a pool: nobody releases it */
    PollRequest(PollSocket socket, PollConnection connection, Asked asked, ByteBuf body) {
        this.socket = socket;
        this.connection = connection;
        this.asked = asked;
        this.body = body;
    }

    Asked asked() {
        return asked;
    }

    /** Once: a request that waits does not keep it. */
    ByteBuf takeBody() {
        ByteBuf taken = body;
        body = Unpooled.EMPTY_BUFFER;
        return taken;
    }

    /** To the session's loop. */
    void send() {
        onSession(() -> connection.take(this));
    }

    /** The socket is gone, or says something else. The socket's loop. */
    void abandon() {
        onSession(() -> connection.abandoned(this));
    }

    /** The answer has left the process, or never will. The socket's loop. */
    void written() {
        onSession(() -> connection.written(this));
    }

    private void onSession(Runnable task) {
        execute(connection.loop(), task);
    }

    private static void execute(Loop loop, Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException e) {
            // The loops are ending, and sessions and sockets with them.
        }
    }

    /** Waits, with its frames taken or refused for now, for something to say. */
    void waitUntil(long millis, boolean framesRefused) {
        untilMillis = millis;
        refused = framesRefused;
    }

    long untilMillis() {
        return untilMillis;
    }

    /** Whether its frames have to come again. */
    boolean framesRefused() {
        return refused;
    }

    /** The first answer counts. */
    void answer(PollAnswer answer) {
        if (answered) {
            return;
        }
        answered = true;
        execute(socket.loop(), () -> socket.answered(this, answer));
    }

    /** Closes the socket if the answer is still on its way out there. */
    void cutOff() {
        execute(socket.loop(), () -> socket.cutOff(this));
    }
}
