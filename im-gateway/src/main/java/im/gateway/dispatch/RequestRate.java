package im.gateway.dispatch;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** How many requests a second are answered, saved up for at most one second. One thread. */
final class RequestRate {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final long costNanos;
    private final LongSupplier nanos;
    private long paidUntil;

    RequestRate(int perSecond, LongSupplier nanos) {
        this.costNanos = Math.max(1, SECOND / perSecond);
        this.nanos = nanos;
        this.paidUntil = nanos.getAsLong() - SECOND;
    }

    boolean takes() {
        long now = nanos.getAsLong();
        if (now - paidUntil > SECOND) {
            paidUntil = now - SECOND;
        }
        if (now - paidUntil < costNanos) {
            return false;
        }
        paidUntil += costNanos;
        return true;
    }
}
