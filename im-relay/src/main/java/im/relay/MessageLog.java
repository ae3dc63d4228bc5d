package im.relay;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The durable, ordered truth. The log gives every message its place; the sender learns it from its own copy, never
 * from here.
 */
public interface MessageLog {

    /** Names this log for ever; a cursor of another log is void. At most 64 characters of an id. */
    String logId();

    /**
     * Appends messages of one sender into one conversation, in order. When one is not accepted those behind it are not
     * appended and are {@code Refused(OUT_OF_ORDER)}, so a failure never lets a later message pass an earlier one. An
     * acceptance is told only after the message is durable.
     *
     * <p>Of two calls from the same thread the first is appended first. Never blocks: a full queue is
     * {@code Refused(OVERLOADED)}.
     *
     * @param batch 1 to 64 requests with the same conversation and sender
     * @param lane where {@code done} runs, once
     * @param done gets one outcome a request, in the same order
     */
    void append(List<AppendRequest> batch, Executor lane, Consumer<List<AppendOutcome>> done);

    /** Null while the log takes messages; otherwise why it does not, for the readiness page and the operator's log. */
    @org.jspecify.annotations.Nullable String failure();
}
