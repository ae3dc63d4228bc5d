package im.relay;

import im.protocol.v1.Code;
import java.util.ArrayList;
import java.util.List;

/** What the log says of one message. */
public sealed interface AppendOutcome {

    /**
     * The message, or the same message sent before within the dedupe window, is durable.
     *
     * @param acceptedMs of the message that stands in the log: for a retry, that of the first where the log, or the node
     *     that appends, still knows it, else its own
     */
    record Accepted(long acceptedMs) implements AppendOutcome {}

    /**
     * The message is not in the log and will not get there.
     *
     * @param code CONFLICT, OUT_OF_ORDER, OVERLOADED, UNAVAILABLE or TOO_LARGE
     * @param retryAfterMs 0 where a retry makes no sense
     */
    record Refused(Code code, String text, int retryAfterMs) implements AppendOutcome {}

    /** Nobody knows; a retry with the same id is safe. */
    record Unknown(String text) implements AppendOutcome {}

    /**
     * What is told of a batch when nothing behind the last of these is appended, because that was not accepted.
     *
     * @param messages of the batch
     */
    static List<AppendOutcome> filled(List<AppendOutcome> outcomes, int messages) {
        if (outcomes.size() == messages) {
            return outcomes;
        }
        List<AppendOutcome> all = new ArrayList<>(messages);
        all.addAll(outcomes);
        while (all.size() < messages) {
            all.add(new Refused(Code.OUT_OF_ORDER, "an earlier message was not accepted", 0));
        }
        return all;
    }
}
