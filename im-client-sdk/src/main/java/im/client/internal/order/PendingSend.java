package im.client.internal.order;

import im.protocol.v1.Send;

/** A send without an outcome. Built once; what goes out again is the same {@link Send}, but for its {@code first}. */
public final class PendingSend {
    /** A year: above every dedupe window, and not near where nanoseconds overflow. */
    private static final long LONG_AGO_NANOS = 31_536_000L * 1_000_000_000L;

    final Send send;
    final Settlement settlement;

    /** Place in its conversation's order of sends; given by the lane. */
    long order;
    /** The ref of the frame whose answer counts; 0 while nothing is to be answered. */
    long ref;
    /** When it was written first, in the outbox's nanoseconds; only with {@code tries} > 0. */
    long firstTryNanos;

    int tries;
    /** A try ended without an answer, so that the message may stand in the log. */
    boolean uncertain;
    /** Never to be written again: its conversation's head decides. */
    boolean lastResort;

    boolean settled;

    public PendingSend(Send send, Settlement settlement) {
        this.send = send;
        this.settlement = settlement;
    }

    /** An earlier run may have written it, so long ago; above all sensible times, nobody knows when. */
    public void wasTried(long nowNanos, long agoNanos) {
        tries = 1;
        uncertain = true;
        lastResort = agoNanos >= LONG_AGO_NANOS;
        firstTryNanos = nowNanos - Math.min(agoNanos, LONG_AGO_NANOS);
    }

    String id() {
        return send.getMessageId();
    }
}
