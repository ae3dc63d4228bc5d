package im.client.internal.order;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Until when the device has everything, by the gateway's clock (D20). CaughtUp names a time; it holds once the app has
 * all that came before: until then a device that ends would tell more than it has.
 */
final class CompleteAsOf {
    /** What the named time waits for. */
    private final Map<Progress, Long> missing = new HashMap<>();

    private long named;
    private long millis;

    /** 0 where there is none. */
    long millis() {
        return millis;
    }

    void restore(long keptMillis) {
        millis = keptMillis;
    }

    void forget() {
        missing.clear();
        named = 0;
        millis = 0;
    }

    /** True if the time holds already. */
    boolean caughtUp(long toldMillis, Collection<Progress> conversations) {
        missing.clear();
        named = toldMillis;
        for (Progress at : conversations) {
            long last = Math.max(at.handed, at.wanted);
            if (at.cursor < last) {
                missing.put(at, last);
            }
        }
        return settle();
    }

    /** A cursor has moved; true if the time holds from now on. */
    boolean moved(Progress at) {
        Long last = missing.get(at);
        if (last == null || at.cursor < last) {
            return false;
        }
        missing.remove(at);
        return settle();
    }

    private boolean settle() {
        if (!missing.isEmpty() || named <= millis) {
            return false;
        }
        millis = named;
        return true;
    }
}
