package im.testkit.checker;

import im.protocol.ConversationKey;
import im.testkit.history.Event.Acked;
import im.testkit.history.Event.CalledBack;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What one device is given, in its order: contract 4, 6 and the holes of 7. */
final class CallbackRules {
    private final HistoryIndex index;
    private final Report report;

    CallbackRules(HistoryIndex index, Report report) {
        this.index = index;
        this.report = report;
    }

    void check() {
        for (Device device : index.devices()) {
            for (Run run : device.runs) {
                run.callbacks.forEach((conversation, callbacks) -> {
                    once(callbacks);
                    forward(device, run, conversation, callbacks);
                    notAfterAck(device, run, conversation, callbacks);
                });
            }
            acksForward(device);
            unacknowledgedComesAgain(device);
        }
    }

    private void once(List<Entry<CalledBack>> callbacks) {
        Map<Long, Entry<CalledBack>> byPosition = new HashMap<>();
        Map<Identity, Entry<CalledBack>> byMessage = new HashMap<>();
        for (Entry<CalledBack> callback : callbacks) {
            Entry<CalledBack> same = byPosition.putIfAbsent(callback.event().position(), callback);
            Entry<CalledBack> other = byMessage.putIfAbsent(HistoryIndex.identity(callback.event()), callback);
            if (same != null) {
                report.add(4, callback.event().by() + " was given a position twice", same, callback);
            } else if (other != null) {
                report.add(4, callback.event().by() + " was given a message twice", other, callback);
            }
        }
    }

    private void forward(Device device, Run run, ConversationKey conversation, List<Entry<CalledBack>> callbacks) {
        Entry<CalledBack> last = null;
        Entry<CalledBack> earlier = device.highestBefore(run, conversation);
        for (Entry<CalledBack> callback : callbacks) {
            long position = callback.event().position();
            if (position <= 0) {
                report.add(6, "a position is not positive", callback);
            }
            prevIsTrue(conversation, callback);
            if (last != null && position < last.event().position()) {
                report.add(6, callback.event().by() + " went back", last, callback);
                continue;
            }
            Entry<CalledBack> from = last != null ? last : earlier;
            if (from != null && position > from.event().position()) {
                noHole(conversation, from, callback);
            }
            last = callback;
        }
    }

    private void noHole(ConversationKey conversation, Entry<CalledBack> from, Entry<CalledBack> to) {
        long before = index.before(conversation, to.event().position());
        if (before > from.event().position()) {
            Entry<CalledBack> missed = index.anyAt(conversation, before);
            report.add(7, to.event().by() + " was not given what lies between", from, missed, to);
        } else if (to.event().prev() > from.event().position()) {
            report.add(7, to.event().by() + " was given a message across the gap that prev shows", from, to);
        }
    }

    private void prevIsTrue(ConversationKey conversation, Entry<CalledBack> callback) {
        long prev = callback.event().prev();
        long before = index.before(conversation, callback.event().position());
        if (prev >= 0 && (prev < before || prev >= callback.event().position())) {
            report.add(7, "prev hides " + before, before == 0 ? callback : index.anyAt(conversation, before), callback);
        }
    }

    private void notAfterAck(Device device, Run run, ConversationKey conversation, List<Entry<CalledBack>> callbacks) {
        Entry<Acked> acked = device.ackedBefore(run, conversation);
        for (Entry<CalledBack> callback : callbacks) {
            if (acked != null && callback.event().position() <= acked.event().position()) {
                report.add(4, callback.event().by() + " was given what was acknowledged before", acked, callback);
            }
        }
    }

    private void acksForward(Device device) {
        Map<ConversationKey, Entry<Acked>> last = new HashMap<>();
        Map<ConversationKey, Long> given = new HashMap<>();
        for (Run run : device.runs) {
            run.callbacks.forEach((conversation, callbacks) -> callbacks.forEach(
                    callback -> given.merge(conversation, callback.event().position(), Math::max)));
            run.acks.forEach((conversation, acks) -> acks.forEach(ack -> {
                Entry<Acked> before = last.put(conversation, ack);
                if (before != null && ack.event().position() < before.event().position()) {
                    report.add(6, "the cursor of " + device + " went back", before, ack);
                }
                if (ack.event().position() > given.getOrDefault(conversation, 0L)) {
                    report.add(6, device + " acknowledged what it was not given", ack);
                }
            }));
        }
    }

    private void unacknowledgedComesAgain(Device device) {
        Run last = device.lastRun();
        if (!device.presentAtEnd() || device.runs.size() < 2) {
            return;
        }
        Set<ConversationKey> conversations = new HashSet<>();
        device.runs.forEach(run -> conversations.addAll(run.acks.keySet()));
        for (ConversationKey conversation : conversations) {
            Set<Identity> given = new HashSet<>();
            last.callbacks
                    .getOrDefault(conversation, List.of())
                    .forEach(callback -> given.add(HistoryIndex.identity(callback.event())));
            Entry<Acked> acked = device.ackedBefore(last, conversation);
            for (Run run : device.runs.subList(0, device.runs.size() - 1)) {
                comesAgain(run.callbacks.getOrDefault(conversation, List.of()), acked, given);
            }
        }
    }

    private void comesAgain(List<Entry<CalledBack>> callbacks, @Nullable Entry<Acked> acked, Set<Identity> given) {
        for (Entry<CalledBack> callback : callbacks) {
            boolean kept = acked != null
                    && callback.event().position() <= acked.event().position();
            if (!kept && !given.contains(HistoryIndex.identity(callback.event()))) {
                report.add(4, "given, not acknowledged, and not given again after the app's crash", callback);
            }
        }
    }
}
