package im.gateway.webhook;

import im.gateway.webhook.WebhookMeters.Sent;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** What has happened and is not sent, in order and bounded. Any thread. */
final class EventQueue {
    /** @param id another for each event, the same for each try */
    record Entry(String id, long timeMs, Happening happening) {}

    private final int maxEvents;
    private final long maxBytes;
    private final Supplier<String> ids;
    private final Clock clock;
    private final WebhookMeters meters;
    private final ArrayDeque<Entry> entries = new ArrayDeque<>();
    private long bytes;

    EventQueue(int maxEvents, long maxBytes, Supplier<String> ids, Clock clock, WebhookMeters meters) {
        this.maxEvents = maxEvents;
        this.maxBytes = maxBytes;
        this.ids = ids;
        this.clock = clock;
        this.meters = meters;
    }

    /** Whether there was room; where there was none the event is dropped and counted. */
    boolean offer(Happening happening) {
        int size = happening.bytes();
        synchronized (this) {
            if (entries.size() < maxEvents && bytes + size <= maxBytes) {
                bytes += size;
                entries.add(new Entry(ids.get(), clock.millis(), happening));
                return true;
            }
        }
        meters.sent(Sent.FULL, 1);
        return false;
    }

    /** The oldest, at least one if there is any. */
    synchronized List<Entry> take(int mostEvents, long mostBytes) {
        List<Entry> taken = new ArrayList<>();
        long size = 0;
        for (Entry next = entries.peek(); next != null && taken.size() < mostEvents; next = entries.peek()) {
            size += next.happening().bytes();
            if (!taken.isEmpty() && size > mostBytes) {
                break;
            }
            bytes -= next.happening().bytes();
            taken.add(next);
            entries.remove();
        }
        return taken;
    }

    synchronized int size() {
        return entries.size();
    }
}
