package im.relay.kafka;

import java.util.function.LongSupplier;

/**
 * Whether it is worth sending to a partition. It opens when a record failed, or when records are under way and none was
 * answered for a while; then new ones are refused at once, instead of after the producer's whole patience. What is under
 * way goes on being tried, and closes it when it succeeds. When nothing is left, a probe of the broker makes it half open:
 * one record is let through, and decides. Safe from any thread.
 */
final class Breaker {
    private enum State {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    private final long stallNanos;
    private final LongSupplier nanos;
    private volatile State state = State.CLOSED;
    private volatile long openedNanos;
    private int underWay;
    private long progressNanos;

    Breaker(long stallNanos, LongSupplier nanos) {
        this.stallNanos = stallNanos;
        this.nanos = nanos;
    }

    /** A hint for those who have not queued anything yet. */
    boolean refuses() {
        return state == State.OPEN;
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    /** When it last opened. */
    long openedNanos() {
        return openedNanos;
    }

    /** Whether a record may go; then it is under way, until {@link #succeeded}, {@link #failed} or {@link #ended}. */
    synchronized boolean admit() {
        if (state == State.OPEN || (state == State.HALF_OPEN && underWay > 0)) {
            return false;
        }
        if (underWay == 0) {
            progressNanos = nanos.getAsLong();
        }
        underWay++;
        return true;
    }

    synchronized void succeeded() {
        underWay--;
        progressNanos = nanos.getAsLong();
        state = State.CLOSED;
    }

    /** It ended in a way that says nothing about the broker. */
    synchronized void ended() {
        underWay--;
    }

    synchronized void failed() {
        underWay--;
        open();
    }

    /** Opens it when nothing has moved for too long. */
    synchronized void watch() {
        if (state != State.OPEN && underWay > 0 && nanos.getAsLong() - progressNanos > stallNanos) {
            open();
        }
    }

    /** Whether a probe is of use: open, and nothing under way that could close it. */
    synchronized boolean wantsProbe() {
        return state == State.OPEN && underWay == 0;
    }

    /** The broker says that it takes records again. */
    synchronized void probed() {
        if (state == State.OPEN && underWay == 0) {
            state = State.HALF_OPEN;
        }
    }

    private void open() {
        if (state != State.OPEN) {
            openedNanos = nanos.getAsLong();
        }
        state = State.OPEN;
    }
}
