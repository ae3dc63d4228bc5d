package im.client.internal.order;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is to be sent into one conversation, in order: first what is written and unanswered, then what is not written
 * (or was, and has to be again).
 */
final class Lane {
    final String peer;
    final Deque<PendingSend> sent = new ArrayDeque<>();
    final Deque<PendingSend> unsent = new ArrayDeque<>();

    /** The gateway refuses everything in this conversation but a send marked {@code first}, or a GiveUp. */
    boolean blocked;
    /** Frames whose answer is to come, those included whose answer will be ignored. */
    int unanswered;
    /** Waits before it tries again. */
    boolean paused;
    /** The conversation is being read to its head, to settle the oldest unsent. */
    boolean verifying;
    /** In the outbox's queue of lanes that may write. */
    boolean queued;
    /** Refusals since the last acceptance. */
    int failures;

    private final Map<String, PendingSend> byId = new HashMap<>();
    private long lastOrder;

    Lane(String peer) {
        this.peer = peer;
    }

    /** False if this message id is here already. */
    boolean add(PendingSend send) {
        if (byId.putIfAbsent(send.id(), send) != null) {
            return false;
        }
        send.order = ++lastOrder;
        unsent.addLast(send);
        return true;
    }

    /**
     * Whether the oldest unsent may go out now. A send marked {@code first} claims that nothing older is open, so it
     * waits for the answers of what is.
     */
    boolean mayWrite() {
        return !unsent.isEmpty() && !paused && !verifying && (!blocked || sent.isEmpty());
    }

    boolean isIdle() {
        return unsent.isEmpty() && sent.isEmpty() && unanswered == 0;
    }

    /** D38: everything written after {@code failed} counts as refused, whatever its answer says, and is unsent again. */
    void takeBackAfter(PendingSend failed) {
        while (!sent.isEmpty() && sent.getLast().order > failed.order) {
            takeBack(sent.removeLast());
        }
    }

    /** The connection is gone: nothing written on it will be answered. */
    void takeBackAll() {
        while (!sent.isEmpty()) {
            PendingSend last = sent.removeLast();
            last.uncertain = true;
            takeBack(last);
        }
        unanswered = 0;
        verifying = false;
        PendingSend oldest = unsent.peekFirst();
        blocked = oldest != null && oldest.tries > 0;
    }

    private void takeBack(PendingSend send) {
        send.ref = 0;
        if (!send.settled) {
            unsent.addFirst(send);
        }
    }

    /**
     * The send has its outcome. While its frame is unanswered it keeps its place: if the answer is a failure, what
     * followed it was refused, and until then nothing may claim to be the oldest.
     */
    void settle(PendingSend send) {
        send.settled = true;
        byId.remove(send.id());
        if (send.ref == 0) {
            unsent.remove(send);
            sent.remove(send);
        }
    }

    @Nullable PendingSend find(String messageId) {
        return byId.get(messageId);
    }
}
