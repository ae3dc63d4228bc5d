package im.client.store;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Changes that are kept together. Maps and lists hold only what changed and are empty where nothing did; they are to be
 * applied in the order of the components.
 *
 * @param cursorsVoid all cursors, and all that was shown, are of another message log now: forget them
 * @param device replaces what was kept of the device; null if it is the same
 * @param cursors by peer: the app has everything up to this position; they only rise
 * @param shown by peer: the app is about to be given what stands up to this position; they only rise
 * @param sends messages that begin to wait for their outcome, by rising number
 * @param tried when each of these numbers may have been written to a socket first
 * @param settled the numbers that have their outcome: forget them
 */
public record StoreUpdate(
        boolean cursorsVoid,
        @Nullable DeviceRecord device,
        Map<String, Long> cursors,
        Map<String, Long> shown,
        List<StoredSend> sends,
        Map<Long, Long> tried,
        Set<Long> settled) {

    public StoreUpdate {
        cursors = Map.copyOf(cursors);
        shown = Map.copyOf(shown);
        sends = List.copyOf(sends);
        tried = Map.copyOf(tried);
        settled = Set.copyOf(settled);
    }
}
