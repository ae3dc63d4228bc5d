package im.gateway.delivery;

import im.gateway.connection.Loop;
import im.relay.ReadResult;
import java.util.function.Consumer;

/**
 * The reads of one session's stream: one is under way at a time, so that an answer needs no number to be told apart
 * from another (D37). Event loop only.
 */
final class OneRead {
    private final Loop loop;
    private final Runnable next;
    private boolean underWay;
    private boolean closed;

    /** @param next runs after each answer, when another read may begin */
    OneRead(Loop loop, Runnable next) {
        this.loop = loop;
        this.next = next;
    }

    /** Where answers come. */
    Loop lane() {
        return loop;
    }

    boolean isUnderWay() {
        return underWay;
    }

    /** Not while one is under way, and never again once this is closed. */
    boolean mayBegin() {
        return !underWay && !closed;
    }

    /**
     * Begins a read, whose answer is the returned function's.
     *
     * @param then gets what was read
     * @param again runs, once it is worth asking again, if the store could not serve it
     */
    <T> Consumer<ReadResult<T>> awaited(Consumer<T> then, Runnable again) {
        underWay = true;
        return result -> {
            if (result instanceof ReadResult.Failed<T> failed) {
                loop.schedule(() -> end(again), Math.max(1, failed.retryAfterMs()));
            } else if (result instanceof ReadResult.Ok<T> ok) {
                end(() -> then.accept(ok.value()));
            }
        };
    }

    private void end(Runnable then) {
        underWay = false;
        if (!closed) {
            try {
                then.run();
            } finally {
                next.run();
            }
        }
    }

    /** No answer is heard any more. */
    void close() {
        closed = true;
    }
}
