package im.client.store;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that is kept.
 *
 * @param cursors by peer: the app has everything up to this position
 * @param shown by peer: the app was, or was about to be, given what stands up to this position
 * @param sends messages whose outcome is open, by rising number
 */
public record StoredState(
        DeviceRecord device, Map<String, Long> cursors, Map<String, Long> shown, List<StoredSend> sends) {
    public static final StoredState EMPTY = new StoredState(DeviceRecord.NONE, Map.of(), Map.of(), List.of());

    public StoredState {
        cursors = Map.copyOf(cursors);
        shown = Map.copyOf(shown);
        sends = List.copyOf(sends);
    }

    /** The same with these cursors where they are larger: those that an app committed with its messages. */
    public StoredState withCursors(Map<String, Long> committed) {
        Map<String, Long> larger = new HashMap<>(cursors);
        committed.forEach((peer, position) -> larger.merge(peer, position, Math::max));
        return new StoredState(device, larger, shown, sends);
    }

    /** What is kept after the update; a helper for stores that hold everything in memory or write it as a whole. */
    public StoredState with(StoreUpdate update) {
        Map<String, Long> newCursors = update.cursorsVoid() ? new HashMap<>() : new HashMap<>(cursors);
        Map<String, Long> newShown = update.cursorsVoid() ? new HashMap<>() : new HashMap<>(shown);
        update.cursors().forEach((peer, position) -> newCursors.merge(peer, position, Math::max));
        update.shown().forEach((peer, position) -> newShown.merge(peer, position, Math::max));
        Map<Long, StoredSend> newSends = new TreeMap<>();
        sends.forEach(send -> newSends.put(send.number(), send));
        update.sends().forEach(send -> newSends.put(send.number(), send));
        update.tried().forEach((number, millis) -> newSends.computeIfPresent(number, (n, send) -> send.tried(millis)));
        newSends.keySet().removeAll(update.settled());
        return new StoredState(
                update.device() == null ? device : update.device(),
                newCursors,
                newShown,
                List.copyOf(newSends.values()));
    }
}
