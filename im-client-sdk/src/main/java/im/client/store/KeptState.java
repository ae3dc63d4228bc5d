package im.client.store;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a file says, while it is read and from then on: one update costs what it holds, not what is kept. */
final class KeptState {
    /** Of a snapshot: so many messages a record, so that no record grows with the outbox. */
    private static final int SENDS_PER_RECORD = 16;

    private DeviceRecord device = DeviceRecord.NONE;
    private final Map<String, Long> cursors = new HashMap<>();
    private final Map<String, Long> shown = new HashMap<>();
    private final TreeMap<Long, StoredSend> sends = new TreeMap<>();

    void apply(StoreUpdate update) {
        if (update.cursorsVoid()) {
            cursors.clear();
            shown.clear();
        }
        if (update.device() != null) {
            device = update.device();
        }
        update.cursors().forEach((peer, position) -> cursors.merge(peer, position, Math::max));
        update.shown().forEach((peer, position) -> shown.merge(peer, position, Math::max));
        update.sends().forEach(send -> sends.put(send.number(), send));
        update.tried().forEach((number, millis) -> sends.computeIfPresent(number, (n, send) -> send.tried(millis)));
        sends.keySet().removeAll(update.settled());
    }

    StoredState state() {
        return new StoredState(device, cursors, shown, List.copyOf(sends.values()));
    }

    /** The same in as few updates as their sizes allow, for a new file. */
    List<StoreUpdate> snapshot() {
        List<StoreUpdate> updates = new ArrayList<>();
        // What is at or below the cursor is not shown again.
        Map<String, Long> above = new HashMap<>();
        shown.forEach((peer, position) -> {
            if (position > cursors.getOrDefault(peer, 0L)) {
                above.put(peer, position);
            }
        });
        updates.add(new StoreUpdate(true, device, cursors, above, List.of(), Map.of(), Set.of()));
        List<StoredSend> all = List.copyOf(sends.values());
        for (int from = 0; from < all.size(); from += SENDS_PER_RECORD) {
            List<StoredSend> part = all.subList(from, Math.min(all.size(), from + SENDS_PER_RECORD));
            updates.add(new StoreUpdate(false, null, Map.of(), Map.of(), part, Map.of(), Set.of()));
        }
        return updates;
    }
}
