package im.client.internal.order;

import im.protocol.v1.Code;
import im.protocol.v1.Envelope;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Every send without an outcome, one {@link Lane} a conversation, and what may be written next (D12, D13, D38).
 *
 * <ul>
 *   <li>An answer is matched by the frame's ref. When one is a failure, everything written after it into the same
 *       conversation counts as refused too: late answers to those frames are counted and otherwise ignored.
 *   <li>What is unsent again goes out in order, the oldest marked {@code first}, once nothing older is unanswered.
 *   <li>A message is written again for half of the dedupe window after its first try; then its conversation is read to
 *       the head. Its own copy settles it; without one its outcome is unknown.
 *   <li>When a conversation is blocked, its last answer is in and nothing is left, it is given up.
 * </ul>
 *
 * <p>Single-threaded; the caller calls {@link #pump()} after what may have made room.
 */
public final class Outbox {

    /** What the outbox asks of its session. */
    public interface Exits {
        /** Writes the frame; returns its ref, above 0 and not used on this connection before. */
        long write(Send send);

        boolean isWritable();

        void giveUp(String peer);

        /** Reads the conversation to its head, then calls {@link Outbox#atHead}. */
        void readToHead(String peer);

        /** Runs the task once, after the delay. */
        void after(long millis, Runnable task);
    }

    private static final long MIN_RETRY_MILLIS = 50;
    private static final long MAX_RETRY_MILLIS = 10_000;

    private final Exits exits;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final Map<String, Lane> lanes = new HashMap<>();
    private final Map<Long, PendingSend> flights = new HashMap<>();
    private final Deque<Lane> writable = new ArrayDeque<>();

    private boolean connected;
    private @Nullable Runnable lastAnswer;
    private int window;
    /** How much of the window may be used: halved by each refusal for now, one more with each acceptance. */
    private int allowed = Integer.MAX_VALUE;

    private long retryNanos;
    private long attempts;
    private long retries;
    private long unknownSeen;

    /**
     * @param nanoTime a monotonic clock
     * @param random for the jitter of retries
     */
    public Outbox(Exits exits, LongSupplier nanoTime, RandomGenerator random) {
        this.exits = exits;
        this.nanoTime = nanoTime;
        this.random = random;
    }

    /** Takes a send; false, and nothing else, if its message id is on its way to this peer already. */
    public boolean add(PendingSend send) {
        String peer = peerOf(send);
        Lane lane = lanes.computeIfAbsent(peer, Lane::new);
        if (!lane.add(send)) {
            return false;
        }
        offer(lane);
        return true;
    }

    /** Whether this message id is on its way to this peer. */
    public boolean isOpen(String peer, String messageId) {
        Lane lane = lanes.get(peer);
        return lane != null && lane.find(messageId) != null;
    }

    /** Whether nothing waits for its outcome. */
    public boolean isEmpty() {
        return lanes.values().stream().allMatch(Lane::isIdle);
    }

    /**
     * A connection takes sends from now on.
     *
     * @param window frames that may be unanswered at a time
     * @param dedupeMillis W, the gateway's dedupe window; retries end at half of it
     */
    public void connected(int window, long dedupeMillis) {
        this.connected = true;
        this.lastAnswer = null;
        this.window = window;
        this.retryNanos = TimeUnit.MILLISECONDS.toNanos(dedupeMillis / 2);
        lanes.values().forEach(this::offer);
        pump();
    }

    /** The connection is gone; what it did not answer goes out again on the next. */
    public void disconnected() {
        connected = false;
        lastAnswer = null;
        flights.clear();
        for (Lane lane : new ArrayList<>(lanes.values())) {
            unknownSeen += lane.sent.size();
            lane.takeBackAll();
            dropIfDone(lane);
        }
    }

    /**
     * Writes no more on this connection.
     *
     * @param answered runs once all that was written has its answer, at once if it has; not if the connection is gone
     *     before
     */
    public void finish(Runnable answered) {
        lastAnswer = answered;
        tellLastAnswer();
    }

    private void tellLastAnswer() {
        Runnable waiting = lastAnswer;
        if (waiting != null && flights.isEmpty()) {
            waiting.run();
        }
    }

    /** Writes what may be written, the conversations in turn. */
    public void pump() {
        while (connected && lastAnswer == null && flights.size() < Math.min(window, allowed) && exits.isWritable()) {
            Lane lane = writable.pollFirst();
            if (lane == null) {
                return;
            }
            lane.queued = false;
            PendingSend next = lane.mayWrite() ? lane.unsent.peekFirst() : null;
            if (next != null && isOverdue(next)) {
                lane.verifying = true;
                exits.readToHead(lane.peer);
            } else if (next != null) {
                write(lane, next);
            }
            offer(lane);
        }
    }

    private boolean isOverdue(PendingSend send) {
        return send.lastResort || (send.tries > 0 && nanoTime.getAsLong() - send.firstTryNanos >= retryNanos);
    }

    private void write(Lane lane, PendingSend next) {
        lane.unsent.removeFirst();
        Send send = lane.blocked ? next.send.toBuilder().setFirst(true).build() : next.send;
        lane.blocked = false;
        if (next.tries++ == 0) {
            next.firstTryNanos = nanoTime.getAsLong();
        } else {
            retries++;
        }
        attempts++;
        lane.unanswered++;
        lane.sent.addLast(next);
        next.ref = exits.write(send);
        flights.put(next.ref, next);
    }

    /** The answer to the frame {@code ref}; one to a frame that is not known is ignored. */
    public void answered(long ref, SendResult result) {
        PendingSend send = flights.remove(ref);
        if (send == null) {
            return;
        }
        Lane lane = laneOf(send);
        lane.unanswered--;
        regulate(result.getCode());
        if (send.ref == ref) {
            send.ref = 0;
            counts(lane, send, result);
        }
        giveUpIfDone(lane);
        offer(lane);
        pump();
        tellLastAnswer();
    }

    /** The answer to the try that counts; its own copy may have settled the send already. */
    private void counts(Lane lane, PendingSend send, SendResult result) {
        boolean accepted = result.getCode() == Code.OK;
        if (accepted) {
            lane.failures = 0;
        } else {
            lane.takeBackAfter(send);
            lane.blocked = true;
        }
        lane.sent.remove(send);
        if (!send.settled && accepted) {
            settle(lane, send).accepted(result.getAcceptedMs());
        } else if (!send.settled) {
            failed(lane, send, result);
        }
    }

    /** A gateway that has no room for now is asked for less, so that its refusals do not come back as one burst. */
    private void regulate(Code code) {
        if (code == Code.OK) {
            allowed = allowed >= window ? Integer.MAX_VALUE : allowed + 1;
        } else if (Refusal.of(code) == Refusal.FOR_NOW && code != Code.OUT_OF_ORDER) {
            allowed = Math.max(1, Math.min(window, allowed) / 2);
        }
    }

    private void failed(Lane lane, PendingSend send, SendResult result) {
        Code code = result.getCode();
        Refusal refusal = Refusal.of(code);
        if (refusal == Refusal.OPEN) {
            send.uncertain = true;
            unknownSeen++;
        }
        if (refusal == Refusal.FOR_THIS_BODY || (refusal == Refusal.FOR_GOOD && !send.uncertain)) {
            settle(lane, send).rejected(code, result.getText());
            return;
        }
        send.lastResort |= refusal == Refusal.FOR_GOOD;
        lane.unsent.addFirst(send);
        if (!send.lastResort) {
            pause(lane, result.getRetryAfterMs());
        }
    }

    private void pause(Lane lane, int retryAfterMillis) {
        long bound = Math.min(MAX_RETRY_MILLIS, MIN_RETRY_MILLIS << Math.min(lane.failures++, 10));
        long delay = retryAfterMillis > 0 ? Backoff.spread(retryAfterMillis, random) : random.nextLong(1, bound + 1);
        lane.paused = true;
        exits.after(delay, () -> {
            lane.paused = false;
            dropIfDone(lane);
            offer(lane);
            pump();
        });
    }

    /** An envelope of this uid was seen in the conversation: if that message is pending, it is accepted. */
    public void ownCopy(String peer, Envelope copy) {
        Lane lane = lanes.get(peer);
        PendingSend send = lane == null ? null : lane.find(copy.getMessageId());
        if (lane == null || send == null || !isSameBody(send.send, copy)) {
            return;
        }
        settle(lane, send).accepted(copy.getAcceptedMs());
        giveUpIfDone(lane);
        offer(lane);
        pump();
    }

    /** An id that was used for another body before is another message's. */
    private static boolean isSameBody(Send send, Envelope copy) {
        return send.getContentType().equals(copy.getContentType())
                && send.hasData() == copy.hasData()
                && send.getText().equals(copy.getText())
                && send.getData().equals(copy.getData())
                && send.getMembership().equals(copy.getMembership());
    }

    /** The conversation was read to its head after {@link Exits#readToHead}: what it did not show is unknown. */
    public void atHead(String peer) {
        Lane lane = lanes.get(peer);
        if (lane == null || !lane.verifying) {
            return;
        }
        lane.verifying = false;
        PendingSend oldest = lane.unsent.peekFirst();
        if (oldest != null && isOverdue(oldest)) {
            settle(lane, oldest).unknown("no answer within half of the dedupe window, and not found at the head");
        }
        giveUpIfDone(lane);
        offer(lane);
        pump();
    }

    /**
     * Ends everything that waits: what was written may be in the log and is left, what was not is rejected with {@code
     * code}.
     *
     * @param leaveAll leaves also what was never written
     */
    public void settleAll(Code code, String why, boolean leaveAll) {
        disconnected();
        for (Lane lane : new ArrayList<>(lanes.values())) {
            for (PendingSend send : new ArrayList<>(lane.unsent)) {
                Settlement settlement = settle(lane, send);
                if (leaveAll || send.tries > 0) {
                    settlement.left(why);
                } else {
                    settlement.rejected(code, why);
                }
            }
        }
        lanes.clear();
        writable.clear();
    }

    private static Settlement settle(Lane lane, PendingSend send) {
        lane.settle(send);
        return send.settlement;
    }

    private void offer(Lane lane) {
        if (!lane.queued && lane.mayWrite()) {
            lane.queued = true;
            writable.addLast(lane);
        }
    }

    /** D38: a block that nothing will open is given up, when the last answer is in. */
    private void giveUpIfDone(Lane lane) {
        if (connected && lane.isIdle() && lane.blocked) {
            lane.blocked = false;
            exits.giveUp(lane.peer);
        }
        dropIfDone(lane);
    }

    private void dropIfDone(Lane lane) {
        if (lane.isIdle() && !lane.blocked && !lane.paused && !lane.verifying) {
            lanes.remove(lane.peer, lane);
        }
    }

    private Lane laneOf(PendingSend send) {
        Lane lane = lanes.get(peerOf(send));
        if (lane == null) {
            throw new IllegalStateException("a lane with an unanswered frame was dropped");
        }
        return lane;
    }

    private static String peerOf(PendingSend send) {
        return ConversationText.of(send.send.getConversation());
    }

    public long attempts() {
        return attempts;
    }

    public long retries() {
        return retries;
    }

    public long unknownSeen() {
        return unknownSeen;
    }
}
