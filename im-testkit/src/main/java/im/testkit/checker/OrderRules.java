package im.testkit.checker;

import im.protocol.ConversationKey;
import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.Settled;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Contract 5. */
final class OrderRules {
    private final HistoryIndex index;
    private final Report report;

    OrderRules(HistoryIndex index, Report report) {
        this.index = index;
        this.report = report;
    }

    void check() {
        index.conversations().forEach((conversation, messages) -> {
            sameOrder(conversation);
            fifo(messages);
        });
    }

    private void sameOrder(ConversationKey conversation) {
        List<Map<Identity, Entry<CalledBack>>> devices = index.devices().stream()
                .map(device -> given(device, conversation))
                .filter(given -> given.size() > 1)
                .toList();
        for (int i = 1; i < devices.size(); i++) {
            for (int j = 0; j < i; j++) {
                sameOrder(devices.get(j), devices.get(i));
            }
        }
    }

    /** What a device was given, each message the first time, in that order. */
    private static Map<Identity, Entry<CalledBack>> given(Device device, ConversationKey conversation) {
        Map<Identity, Entry<CalledBack>> given = new LinkedHashMap<>();
        for (Run run : device.runs) {
            for (Entry<CalledBack> callback : run.callbacks.getOrDefault(conversation, List.of())) {
                given.putIfAbsent(HistoryIndex.identity(callback.event()), callback);
            }
        }
        return given;
    }

    private void sameOrder(Map<Identity, Entry<CalledBack>> one, Map<Identity, Entry<CalledBack>> other) {
        Entry<CalledBack> last = null;
        Entry<CalledBack> lastOfOther = null;
        for (Map.Entry<Identity, Entry<CalledBack>> given : one.entrySet()) {
            Entry<CalledBack> there = other.get(given.getKey());
            if (there == null) {
                continue;
            }
            if (last != null && lastOfOther != null && there.index() < lastOfOther.index()) {
                report.add(
                        5,
                        given.getValue().event().by() + " and " + there.event().by() + " were given two messages in"
                                + " different orders",
                        last,
                        given.getValue(),
                        there,
                        lastOfOther);
            }
            last = given.getValue();
            lastOfOther = there;
        }
    }

    private void fifo(List<Message> messages) {
        Map<String, List<Sent>> byDevice = new HashMap<>();
        for (Message message : messages) {
            Sent sent = message.position() == 0 ? null : sent(message);
            if (sent != null) {
                var by = message.sendings.get(0).invoked.event().by();
                byDevice.computeIfAbsent(by.uid() + "/" + by.device(), d -> new ArrayList<>())
                        .add(sent);
            }
        }
        byDevice.values().forEach(this::fifoOfDevice);
    }

    /** The message with the first and the last of its sends that may have brought it into the log; null: no verdict. */
    private static @Nullable Sent sent(Message message) {
        Entry<Settled> acceptance = message.acceptance();
        boolean oneDevice = message.sendings.stream()
                        .map(sending -> sending.invoked.event().by().device())
                        .distinct()
                        .count()
                == 1;
        if (acceptance == null || !oneDevice) {
            return null;
        }
        List<Sending> counting = message.sendings.stream()
                .filter(sending -> sending.possible() && sending.invoked.index() < acceptance.index())
                .toList();
        return counting.isEmpty() ? null : new Sent(message, counting.get(0), counting.get(counting.size() - 1));
    }

    /** Walks by first send; what was wholly sent before it has been merged into {@code highest}. */
    private void fifoOfDevice(List<Sent> sent) {
        List<Sent> byLast = new ArrayList<>(sent);
        byLast.sort(Comparator.comparingInt(one -> one.last.invoked.index()));
        sent.sort(Comparator.comparingInt(one -> one.first.invoked.index()));
        int merged = 0;
        Sent highest = null;
        for (Sent one : sent) {
            while (merged < byLast.size() && byLast.get(merged).last.invoked.index() < one.first.invoked.index()) {
                Sent before = byLast.get(merged++);
                highest = highest == null || before.message.position() > highest.message.position() ? before : highest;
            }
            if (highest != null && highest.message.position() > one.message.position()) {
                report.add(
                        5,
                        highest.message.identity + " was sent before " + one.message.identity + " and stands behind it",
                        highest.last.invoked,
                        one.first.invoked,
                        highest.message.callbacks.get(0),
                        one.message.callbacks.get(0));
            }
        }
    }

    private record Sent(Message message, Sending first, Sending last) {}
}
