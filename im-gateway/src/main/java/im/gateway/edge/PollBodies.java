package im.gateway.edge;

import im.protocol.Limits;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bytes of the request bodies of one session that are not read yet, wherever they are. Bounded, whatever number of sockets
 * they come in on: for a session by {@link #MOST}, for all together by {@link PollSessions#MAX_BODY_BYTES}. Any thread.
 */
final class PollBodies {
    /** One on a socket that has died, and its repetition. */
    static final int MOST = 2 * Limits.POLL_BYTES;

    private final PollSessions all;
    private final AtomicInteger bytes = new AtomicInteger();

    PollBodies(PollSessions all) {
        this.all = all;
    }

    /** Whether there is room for so many more; then they are counted. */
    boolean take(int more) {
        if (bytes.addAndGet(more) <= MOST && all.takeBody(more)) {
            return true;
        }
        bytes.addAndGet(-more);
        return false;
    }

    /** That of Hello, before which nobody could be asked. */
    void count(int more) {
        giveBack(-more);
    }

    void giveBack(int less) {
        bytes.addAndGet(-less);
        all.giveBackBody(less);
    }
}
