package im.gateway.ingress;

import im.protocol.MessageId;
import im.protocol.v1.Send;
import im.relay.AppendRequest;
import java.util.ArrayDeque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The sends of one connection into one conversation: at most one unanswered append, the rest waits to be merged (D13). */
final class SendLane {
    /**
     * One send that has no answer yet.
     *
     * @param nanos when it came in
     */
    record Pending(long ref, AppendRequest request, long nanos) {}

    /** One that is still to be judged. */
    record Unjudged(Pending pending, Send send) {}

    /** In their order; the first is being judged. */
    final ArrayDeque<Unjudged> unjudged = new ArrayDeque<>();

    /** Judged, if anybody judges. */
    final ArrayDeque<Pending> waiting = new ArrayDeque<>();

    /** What the log has not answered; empty when nothing is under way. */
    List<Pending> inFlight = List.of();

    /** The send that failed and has to come again, or be given up, before another passes (D38); null when there is none. */
    @Nullable MessageId blockedBy;

    boolean isIdle() {
        return inFlight.isEmpty() && waiting.isEmpty() && unjudged.isEmpty() && blockedBy == null;
    }
}
