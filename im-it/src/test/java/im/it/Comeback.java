package im.it;

import im.testkit.history.DeviceRun;
import im.testkit.history.Event;
import im.testkit.history.Event.CaughtUp;
import im.testkit.history.Event.Connected;
import im.testkit.history.Event.Disconnected;
import im.testkit.load.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How those fared who lost their connection: figures for the log, since no test goes by the clock.
 *
 * @param devices that lost it
 * @param attachedMillis from the first loss until the last of them had its next Welcome
 * @param atHeadMillis until the last of them had all that it had missed
 */
record Comeback(int devices, long attachedMillis, long atHeadMillis) {

    /** Prints it. All of them have to be back. */
    static Comeback since(Stage stage, int mark, String fault) {
        List<Event> events = stage.history().events();
        Map<DeviceRun, Long> attached = new HashMap<>();
        Map<DeviceRun, Long> atHead = new HashMap<>();
        long first = -1;
        for (Event event : events.subList(mark, events.size())) {
            if (event instanceof Disconnected) {
                first = first < 0 ? event.at() : first;
                attached.remove(event.by());
                atHead.put(event.by(), -1L);
            } else if (event instanceof Connected && atHead.containsKey(event.by())) {
                attached.putIfAbsent(event.by(), event.at());
            } else if (event instanceof CaughtUp && attached.containsKey(event.by())) {
                atHead.merge(event.by(), event.at(), (before, now) -> before < 0 ? now : before);
            }
        }
        if (attached.size() < atHead.size() || atHead.containsValue(-1L)) {
            throw new IllegalStateException("not all are back: " + atHead);
        }
        Comeback comeback = new Comeback(atHead.size(), millis(attached, first), millis(atHead, first));
        System.out.println(fault + ": " + comeback);
        return comeback;
    }

    private static long millis(Map<DeviceRun, Long> times, long since) {
        long last = times.values().stream().mapToLong(Long::longValue).max().orElse(since);
        return TimeUnit.NANOSECONDS.toMillis(last - since);
    }
}
