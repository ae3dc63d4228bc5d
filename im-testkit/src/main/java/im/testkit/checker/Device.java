package im.testkit.checker;

import im.protocol.ConversationKey;
import im.testkit.history.Event.Acked;
import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.Connected;
import im.testkit.history.Start;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A device's life that one set of cursors spans: a run that starts new, and the runs that resumed it. The same install
 * that starts anew is another device.
 */
final class Device {
    final String uid;
    final String device;
    final List<Run> runs = new ArrayList<>();

    /** False once the same install has started anew: nothing is owed any more. */
    boolean latest = true;

    Device(String uid, String device) {
        this.uid = uid;
        this.device = device;
    }

    Run lastRun() {
        return runs.get(runs.size() - 1);
    }

    boolean presentAtEnd() {
        return latest && lastRun().live();
    }

    /** Whether it is owed what was sent at that time (nanoseconds), if it is there at the end. */
    boolean owed(long sentAt) {
        Run first = runs.get(0);
        if (first.start != Start.NEW_FROM_HEADS) {
            return true;
        }
        Entry<Connected> welcome = runs.stream()
                .filter(run -> run.firstConnected != null)
                .map(run -> run.firstConnected)
                .findFirst()
                .orElse(null);
        return welcome != null && welcome.event().at() < sentAt;
    }

    /** The highest position that runs before this one were given; null when none. */
    @Nullable Entry<CalledBack> highestBefore(Run until, ConversationKey conversation) {
        Entry<CalledBack> highest = null;
        for (Run run : runs) {
            if (run == until) {
                break;
            }
            for (Entry<CalledBack> callback : run.callbacks.getOrDefault(conversation, List.of())) {
                if (highest == null
                        || callback.event().position() > highest.event().position()) {
                    highest = callback;
                }
            }
        }
        return highest;
    }

    /** The highest acknowledgement of the runs before this one; null when none. */
    @Nullable Entry<Acked> ackedBefore(Run until, ConversationKey conversation) {
        Entry<Acked> highest = null;
        for (Run run : runs) {
            if (run == until) {
                break;
            }
            for (Entry<Acked> ack : run.acks.getOrDefault(conversation, List.of())) {
                if (highest == null || ack.event().position() > highest.event().position()) {
                    highest = ack;
                }
            }
        }
        return highest;
    }

    @Override
    public String toString() {
        return uid + "/" + device;
    }
}
