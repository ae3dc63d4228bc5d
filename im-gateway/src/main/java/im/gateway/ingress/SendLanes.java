package im.gateway.ingress;

import im.gateway.connection.Connection;
import im.gateway.intercept.MessageGate;
import im.gateway.intercept.Verdict;
import im.gateway.service.SessionServices;
import im.protocol.CloseReason;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.MessageId;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.SeededBug;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a connection sends, in order per conversation (D13, D38). A failed send blocks its conversation on this
 * connection: what comes behind it is OUT_OF_ORDER until the failed message comes again, a Send says {@code first}, or
 * the client gives up. Event loop only.
 */
public final class SendLanes {
    private static final int MAX_MERGED = 64;
    private static final int MAX_BLOCKED = 16;
    private static final int RETRY_MILLIS = 200;

    private final SessionServices services;
    private final Connection connection;
    private final String uid;
    private final String device;
    private final boolean groups;
    private final Runnable settled;
    private final MessageGate gate;
    private final long appendWithinNanos;
    private final Map<ConversationKey, SendLane> lanes = new HashMap<>();
    private int unanswered;
    private long unansweredBytes;
    private int blocked;
    private boolean closed;

    /**
     * @param groups whether anything may be sent into groups
     * @param settled runs when the log has answered, so that there is room for more
     */
    public SendLanes(
            SessionServices services,
            Connection connection,
            String uid,
            String device,
            boolean groups,
            Runnable settled) {
        this.services = services;
        this.connection = connection;
        this.uid = uid;
        this.device = device;
        this.groups = groups;
        this.settled = settled;
        this.gate = services.hooks().gate();
        this.appendWithinNanos = services.terms().appendWithin().toNanos();
    }

    /** Takes a send into a conversation that exists as far as its name goes; everything else is checked here. */
    public void send(long ref, ConversationKey conversation, Send send) {
        MessageId id = MessageId.parse(send.getMessageId());
        if (id == null) {
            answer(ref, "", Code.MALFORMED, 0, "message_id is not a canonical lower-case UUID");
            return;
        }
        SendLane lane = lanes.computeIfAbsent(conversation, c -> new SendLane());
        if (lane.blockedBy != null) {
            if (!send.getFirst() && !lane.blockedBy.equals(id)) {
                answer(ref, send.getMessageId(), Code.OUT_OF_ORDER, 0, "an earlier send was not accepted");
                return;
            }
            unblock(lane);
        }
        SendCheck.Refusal refusal =
                conversation.isGroup() && !groups ? SendCheck.NO_GROUPS : SendCheck.body(send, Limits.PAYLOAD_BYTES);
        if (refusal != null) {
            answer(ref, send.getMessageId(), refusal.code(), 0, refusal.text());
            block(lane, id);
        } else if (unanswered == services.terms().unansweredSends()) {
            answer(ref, send.getMessageId(), Code.OVERLOADED, RETRY_MILLIS, "too many unanswered sends");
            block(lane, id);
        } else {
            accept(
                    lane,
                    new SendLane.Pending(
                            ref,
                            request(conversation, id, send),
                            services.nanoTime().getAsLong()),
                    send);
        }
        dropIfIdle(conversation, lane);
    }

    private AppendRequest request(ConversationKey conversation, MessageId id, Send send) {
        long now = services.clock().millis();
        return new AppendRequest(
                conversation,
                uid,
                id,
                EnvelopeCodec.requestHash(send),
                now,
                EnvelopeCodec.encode(send, uid, device, now));
    }

    private void accept(SendLane lane, SendLane.Pending pending, Send send) {
        unanswered++;
        services.metrics().unanswered(1);
        unansweredBytes += pending.request().envelope().length;
        if (SeededBug.RESULT_BEFORE_CALLBACK.isActive()) {
            answer(pending, Code.OK, 0, "");
        }
        if (gate == MessageGate.OPEN) {
            ready(lane, pending);
            return;
        }
        lane.unjudged.add(new SendLane.Unjudged(pending, send));
        if (lane.unjudged.size() == 1) {
            judge(lane);
        }
    }

    private void ready(SendLane lane, SendLane.Pending pending) {
        lane.waiting.add(pending);
        if (lane.inFlight.isEmpty()) {
            append(lane);
        }
    }

    /** One at a time, so that whoever judges sees a conversation in its order. Changes of membership pass. */
    private void judge(SendLane lane) {
        SendLane.Unjudged next = lane.unjudged.peek();
        if (next != null) {
            boolean passes = next.send().hasMembership();
            (passes ? MessageGate.OPEN : gate)
                    .judge(Judgement.of(next.pending().request(), next.send(), device))
                    .thenAccept(verdict -> connection.loop().execute(() -> onVerdict(lane, next, verdict)));
        }
    }

    private void onVerdict(SendLane lane, SendLane.Unjudged judged, Verdict verdict) {
        // Whatever came before it may have failed meanwhile, and this been refused with it.
        if (closed || !judged.equals(lane.unjudged.peek())) {
            return;
        }
        lane.unjudged.remove();
        SendLane.Pending pending = judged.pending();
        SendCheck.Refusal refusal = null;
        int retryAfterMs = 0;
        if (verdict instanceof Verdict.Reject reject) {
            refusal = new SendCheck.Refusal(reject.code(), "", reject.text());
            retryAfterMs = reject.retryAfterMs();
        } else if (isHeldTooLong(pending)) {
            refusal = new SendCheck.Refusal(Code.UNAVAILABLE, "", "the message was judged too late");
            retryAfterMs = RETRY_MILLIS;
        } else if (verdict instanceof Verdict.Rewrite rewrite) {
            AppendRequest other = Judgement.rewritten(pending.request(), judged.send(), device, rewrite);
            if (other == null) {
                refusal = new SendCheck.Refusal(Code.INTERNAL, "", "what was made of the message cannot be sent");
            } else {
                unansweredBytes += other.envelope().length - pending.request().envelope().length;
                pending = new SendLane.Pending(pending.ref(), other, pending.nanos());
            }
        }
        if (refusal == null) {
            ready(lane, pending);
            judge(lane);
        } else {
            long now = services.nanoTime().getAsLong();
            answered(pending, now, refusal.code(), retryAfterMs, 0, refusal.text());
            refuseUnjudged(lane, now);
            block(lane, pending.request().messageId());
        }
        dropIfIdle(pending.request().conversation(), lane);
        settled.run();
    }

    private void refuseUnjudged(SendLane lane, long now) {
        lane.unjudged.forEach(
                u -> answered(u.pending(), now, Code.OUT_OF_ORDER, 0, 0, "an earlier send was not accepted"));
        lane.unjudged.clear();
    }

    /** D12: nobody appends late, be it that the log was slow or that this process stood still. */
    private boolean isHeldTooLong(SendLane.Pending pending) {
        return services.nanoTime().getAsLong() - pending.nanos() > appendWithinNanos;
    }

    private void append(SendLane lane) {
        List<SendLane.Pending> batch = new ArrayList<>(Math.min(MAX_MERGED, lane.waiting.size()));
        List<AppendRequest> requests = new ArrayList<>(batch.size());
        long now = services.nanoTime().getAsLong();
        while (batch.size() < MAX_MERGED && !lane.waiting.isEmpty()) {
            SendLane.Pending pending = lane.waiting.remove();
            services.metrics().received(now - pending.nanos());
            batch.add(pending);
            requests.add(pending.request());
        }
        lane.inFlight = batch;
        services.log().append(requests, connection.loop(), outcomes -> onOutcomes(lane, batch, outcomes));
    }

    private void onOutcomes(SendLane lane, List<SendLane.Pending> batch, List<AppendOutcome> outcomes) {
        // What is durable happened, whether its sender is still there or not.
        for (int i = 0; i < batch.size(); i++) {
            if (outcomes.get(i) instanceof AppendOutcome.Accepted accepted) {
                services.hooks().events().accepted(batch.get(i).request(), accepted.acceptedMs());
            }
        }
        if (closed) {
            return;
        }
        long now = services.nanoTime().getAsLong();
        lane.inFlight = List.of();
        MessageId failed = null;
        for (int i = 0; i < batch.size(); i++) {
            SendLane.Pending pending = batch.get(i);
            boolean accepted = answer(pending, outcomes.get(i), now);
            if (!accepted && failed == null) {
                failed = pending.request().messageId();
            }
        }
        if (failed != null) {
            refuseWaiting(lane, now);
            block(lane, failed);
        } else if (!lane.waiting.isEmpty() && isHeldTooLong(lane.waiting.element())) {
            SendLane.Pending late = lane.waiting.remove();
            answered(late, now, Code.UNAVAILABLE, RETRY_MILLIS, 0, "the log took too long over what came before");
            refuseWaiting(lane, now);
            block(lane, late.request().messageId());
        } else if (!lane.waiting.isEmpty()) {
            append(lane);
        }
        dropIfIdle(batch.get(0).request().conversation(), lane);
        settled.run();
    }

    private void refuseWaiting(SendLane lane, long now) {
        lane.waiting.forEach(p -> answered(p, now, Code.OUT_OF_ORDER, 0, 0, "an earlier send was not accepted"));
        lane.waiting.clear();
        refuseUnjudged(lane, now);
    }

    private boolean answer(SendLane.Pending pending, AppendOutcome outcome, long now) {
        if (outcome instanceof AppendOutcome.Accepted accepted) {
            answered(pending, now, Code.OK, 0, accepted.acceptedMs(), "");
            return true;
        }
        if (outcome instanceof AppendOutcome.Refused refused) {
            answered(pending, now, refused.code(), refused.retryAfterMs(), 0, refused.text());
        } else if (outcome instanceof AppendOutcome.Unknown unknown) {
            answered(pending, now, Code.UNKNOWN_OUTCOME, RETRY_MILLIS, 0, unknown.text());
        }
        return false;
    }

    private void answered(
            SendLane.Pending pending, long now, Code code, int retryAfterMs, long acceptedMs, String text) {
        unanswered--;
        services.metrics().unanswered(-1);
        services.metrics().sent(now - pending.nanos());
        unansweredBytes -= pending.request().envelope().length;
        if (!SeededBug.RESULT_BEFORE_CALLBACK.isActive()) {
            write(pending.ref(), pending.request().messageId().toString(), code, retryAfterMs, acceptedMs, text);
        }
    }

    private void answer(SendLane.Pending pending, Code code, int retryAfterMs, String text) {
        write(
                pending.ref(),
                pending.request().messageId().toString(),
                code,
                retryAfterMs,
                pending.request().acceptedMs(),
                text);
    }

    private void answer(long ref, String messageId, Code code, int retryAfterMs, String text) {
        write(ref, messageId, code, retryAfterMs, 0, text);
    }

    private void write(long ref, String messageId, Code code, int retryAfterMs, long acceptedMs, String text) {
        services.metrics().answered(code);
        Frame frame = Frame.newBuilder()
                .setRef(ref)
                .setSendResult(SendResult.newBuilder()
                        .setMessageId(messageId)
                        .setCode(code)
                        .setRetryAfterMs(retryAfterMs)
                        .setAcceptedMs(acceptedMs)
                        .setText(text))
                .build();
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }

    /** The client will not send again what failed there. */
    public void giveUp(ConversationKey conversation) {
        SendLane lane = lanes.get(conversation);
        if (lane != null && lane.blockedBy != null) {
            unblock(lane);
            dropIfIdle(conversation, lane);
        }
    }

    /** May close the connection, so whoever blocks has answered everything before. */
    private void block(SendLane lane, MessageId id) {
        if (lane.blockedBy == null) {
            blocked++;
        }
        lane.blockedBy = id;
        if (blocked > MAX_BLOCKED) {
            connection.close(
                    CloseReason.OVERLOADED,
                    "more than " + MAX_BLOCKED + " conversations wait for a failed send",
                    RETRY_MILLIS,
                    0);
        }
    }

    private void unblock(SendLane lane) {
        lane.blockedBy = null;
        blocked--;
    }

    private void dropIfIdle(ConversationKey conversation, SendLane lane) {
        if (lane.isIdle()) {
            lanes.remove(conversation);
        }
    }

    /** Whether nothing is unanswered or blocked. */
    public boolean isQuiet() {
        return lanes.isEmpty();
    }

    /** Bytes of the envelopes that wait for the log. */
    public long unansweredBytes() {
        return unansweredBytes;
    }

    /** What is under way goes on in the log; nobody hears of it here any more. */
    public void close() {
        closed = true;
        services.metrics().unanswered(-unanswered);
    }
}
