package im.gateway.cluster;

import im.protocol.ConversationKey;
import im.relay.PushBus;
import im.relay.Receipt;
import im.relay.Wakeups;
import im.router.RouteDirectory;
import im.router.Routes;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Tells the other uid's connections, and of what was read the reader's own, how far a uid has got. Only the largest
 * position of a conversation, uid and kind matters, so what comes within {@link #GATHER_MILLIS} is one receipt, and the
 * routes for them are looked up together, {@link #MAX_UIDS} at a time: an acknowledgement costs no round trip of its own.
 * What finds no room, or no routes, is dropped: the list of conversations tells it. Any thread.
 */
public final class ReceiptPushes {
    static final int GATHER_MILLIS = 100;
    static final int MAX_WAITING = 16_384;
    /** In one look-up: a small part of the calls that may be under way to the directory at a time. */
    static final int MAX_UIDS = 512;

    private final RouteDirectory routes;
    private final PushBus bus;
    private final ScheduledExecutorService timer;
    private final ClusterMeters meters;
    /** Oldest first, so that whoever comes again waits behind those who waited before. */
    private final Map<Key, Long> waiting = new LinkedHashMap<>();

    private boolean planned;

    private record Key(ConversationKey conversation, String by, Receipt.Kind kind) {}

    public ReceiptPushes(RouteDirectory routes, PushBus bus, ScheduledExecutorService timer, ClusterMeters meters) {
        this.routes = routes;
        this.bus = bus;
        this.timer = timer;
        this.meters = meters;
    }

    public void raised(List<Receipt> receipts) {
        receipts.forEach(this::add);
    }

    private synchronized void add(Receipt receipt) {
        Key key = new Key(receipt.conversation(), receipt.by(), receipt.kind());
        if (waiting.size() == MAX_WAITING && !waiting.containsKey(key)) {
            meters.receiptsDropped(1);
            return;
        }
        waiting.merge(key, receipt.position(), Math::max);
        plan();
    }

    private void plan() {
        if (!planned && !waiting.isEmpty()) {
            planned = true;
            var unused = timer.schedule(this::lookUp, GATHER_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void lookUp() {
        Map<Key, Long> now = new HashMap<>();
        Set<String> uids = new HashSet<>();
        synchronized (this) {
            Iterator<Map.Entry<Key, Long>> each = waiting.entrySet().iterator();
            while (each.hasNext() && uids.size() < MAX_UIDS) {
                Map.Entry<Key, Long> next = each.next();
                now.put(next.getKey(), next.getValue());
                uids.addAll(receivers(next.getKey()));
                each.remove();
            }
        }
        routes.routesOf(uids).whenComplete((found, failure) -> {
            if (failure == null) {
                push(now, found);
            } else {
                meters.receiptsDropped(now.size());
            }
            goOn();
        });
    }

    private synchronized void goOn() {
        if (waiting.isEmpty()) {
            planned = false;
        } else {
            var unused = timer.schedule(this::lookUp, GATHER_MILLIS / 10, TimeUnit.MILLISECONDS);
        }
    }

    /** DELIVERED is the other uid's business, READ also that of the reader's own devices. */
    private static Collection<String> receivers(Key key) {
        if (key.conversation.isGroup()) {
            // Who in a group hears what was read is found out by the reader's gateway.
            return key.kind == Receipt.Kind.READ ? Set.of(key.by) : Set.of();
        }
        String other = key.conversation.peerOf(key.by);
        return key.kind == Receipt.Kind.READ
                ? Set.copyOf(key.conversation.uids())
                : other.equals(key.by) ? Set.of() : Set.of(other);
    }

    private void push(Map<Key, Long> receipts, Map<String, Routes> found) {
        Wakeups wakeups = new Wakeups();
        receipts.forEach((key, position) -> {
            Receipt receipt = new Receipt(key.conversation, key.by, key.kind, position);
            for (String uid : receivers(key)) {
                Routes to = found.getOrDefault(uid, Routes.NONE);
                if (!to.isEmpty()) {
                    bus.pushReceipt(receipt, uid, to, wakeups);
                }
            }
        });
        wakeups.flush();
    }
}
