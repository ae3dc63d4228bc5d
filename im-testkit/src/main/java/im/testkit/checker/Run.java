package im.testkit.checker;

import im.protocol.ConversationKey;
import im.testkit.history.DeviceRun;
import im.testkit.history.Event;
import im.testkit.history.Event.Acked;
import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.Connected;
import im.testkit.history.Event.Stopped;
import im.testkit.history.Start;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One run of an app on a device. */
final class Run {
    final DeviceRun name;
    final Start start;
    final Map<ConversationKey, List<Entry<CalledBack>>> callbacks = new LinkedHashMap<>();
    final Map<ConversationKey, List<Entry<Acked>>> acks = new LinkedHashMap<>();

    @Nullable Entry<Connected> firstConnected;

    @Nullable Entry<Stopped> stopped;

    private boolean live;

    Run(DeviceRun name, Start start) {
        this.name = name;
        this.start = start;
    }

    /** Connected and caught up, and nothing since. */
    boolean live() {
        return live;
    }

    boolean crashed() {
        return stopped != null && !stopped.event().orderly();
    }

    void add(int index, Event event) {
        if (event instanceof Connected connected) {
            firstConnected = firstConnected == null ? new Entry<>(index, connected) : firstConnected;
            live = false;
        } else if (event instanceof Event.CaughtUp) {
            live = true;
        } else if (event instanceof Event.Disconnected || event instanceof Event.Lagged) {
            live = false;
        } else if (event instanceof Stopped stop) {
            stopped = new Entry<>(index, stop);
            live = false;
        } else if (event instanceof CalledBack callback) {
            of(callbacks, callback.conversation()).add(new Entry<>(index, callback));
        } else if (event instanceof Acked ack) {
            of(acks, ack.conversation()).add(new Entry<>(index, ack));
        }
    }

    private static <T> List<T> of(Map<ConversationKey, List<T>> map, ConversationKey key) {
        return map.computeIfAbsent(key, k -> new ArrayList<>());
    }
}
