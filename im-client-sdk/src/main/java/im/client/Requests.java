package im.client;

import im.protocol.v1.Frame;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Questions that are asked once and answered by one frame: lists, history, tokens, transient messages. Bounded in
 * number and time; a question dies with its connection. Event loop only; futures fail with {@link ImClientException}.
 */
final class Requests {
    static final int MAX_OPEN = 64;
    static final long TIMEOUT_MILLIS = 30_000;

    private final Timers timers;
    private final Map<Long, CompletableFuture<Frame>> open = new HashMap<>();
    private @Nullable ClientConnection connection;
    private Runnable whenAttached = () -> {};

    Requests(Timers timers) {
        this.timers = timers;
    }

    void attach(ClientConnection to) {
        connection = to;
        whenAttached.run();
    }

    /** Runs with every connection that questions can be asked on. */
    void whenAttached(Runnable task) {
        whenAttached = task;
    }

    void detach() {
        connection = null;
        List<CompletableFuture<Frame>> lost = new ArrayList<>(open.values());
        open.clear();
        lost.forEach(one -> one.completeExceptionally(new ImClientException(0, "the connection was lost")));
    }

    /** Whether a question can be written now. */
    boolean canAsk() {
        return connection != null && open.size() < MAX_OPEN;
    }

    /** Writes the frame; completes with its answer, which is no Error. */
    CompletionStage<Frame> ask(Frame.Builder question) {
        ClientConnection to = connection;
        if (to == null) {
            return CompletableFuture.failedStage(new ImClientException(0, "not connected"));
        }
        if (open.size() >= MAX_OPEN) {
            return CompletableFuture.failedStage(new ImClientException(0, MAX_OPEN + " questions are open"));
        }
        long ref = to.nextRef();
        CompletableFuture<Frame> answer = new CompletableFuture<>();
        open.put(ref, answer);
        Timers.Timer timeout = timers.after(TIMEOUT_MILLIS, () -> {
            if (open.remove(ref, answer)) {
                answer.completeExceptionally(new ImClientException(0, "no answer within " + TIMEOUT_MILLIS + " ms"));
            }
        });
        to.write(question.setRef(ref).build());
        // The stage itself is returned, not the one behind it, which would wrap the failure.
        answer.whenComplete((frame, failure) -> timeout.cancel());
        return answer;
    }

    /** Takes the answer to a question asked here; false if it answers something else. */
    boolean answered(Frame answer) {
        CompletableFuture<Frame> asked = open.remove(answer.getRef());
        if (asked == null) {
            return false;
        }
        if (answer.hasError()) {
            asked.completeExceptionally(new ImClientException(
                    SendPromise.errorCode(answer.getError().getCode()),
                    answer.getError().getCode() + " " + answer.getError().getText()));
        } else {
            asked.complete(answer);
        }
        return true;
    }

    Timers.Timer after(long millis, Runnable task) {
        return timers.after(millis, task);
    }

    /** Writes what is not answered; dropped without a connection. */
    boolean tell(Frame.Builder frame) {
        ClientConnection to = connection;
        if (to != null) {
            to.write(frame.setRef(to.nextRef()).build());
        }
        return to != null;
    }
}
