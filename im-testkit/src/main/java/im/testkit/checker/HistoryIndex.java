package im.testkit.checker;

import im.protocol.ConversationKey;
import im.testkit.history.DeviceRun;
import im.testkit.history.Event;
import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.Invoked;
import im.testkit.history.Event.Settled;
import im.testkit.history.Event.Started;
import im.testkit.history.Start;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A history by message, by device and by conversation. Built in one pass and two sorts. */
final class HistoryIndex {
    private final Map<Long, Sending> sendings = new LinkedHashMap<>();
    private final Map<Identity, Message> messages = new LinkedHashMap<>();
    private final Map<String, List<Message>> byMessageId = new HashMap<>();
    private final Map<DeviceRun, Run> runs = new HashMap<>();
    private final Map<String, Device> current = new HashMap<>();
    private final List<Device> devices = new ArrayList<>();
    private final Map<ConversationKey, List<Message>> conversations = new LinkedHashMap<>();
    private final Map<ConversationKey, long[]> positions = new HashMap<>();
    private final List<Entry<Settled>> orphans = new ArrayList<>();
    private int callbacks;

    HistoryIndex(List<Event> events) {
        for (int i = 0; i < events.size(); i++) {
            add(i, events.get(i));
        }
        conversations.forEach((key, list) -> positions.put(key, positionsOf(list)));
    }

    private void add(int index, Event event) {
        run(event).add(index, event);
        if (event instanceof Invoked invoked) {
            Sending sending = new Sending(new Entry<>(index, invoked));
            sendings.put(invoked.ref(), sending);
            message(new Identity(invoked.conversation(), invoked.by().uid(), invoked.messageId(), invoked.body()))
                    .sendings
                    .add(sending);
        } else if (event instanceof Settled settled) {
            Sending sending = sendings.get(settled.ref());
            (sending == null ? orphans : sending.settled).add(new Entry<>(index, settled));
        } else if (event instanceof CalledBack callback) {
            callbacks++;
            message(identity(callback)).callbacks.add(new Entry<>(index, callback));
        }
    }

    static Identity identity(CalledBack callback) {
        return new Identity(callback.conversation(), callback.sender(), callback.messageId(), callback.body());
    }

    private Message message(Identity identity) {
        return messages.computeIfAbsent(identity, key -> {
            Message message = new Message(key);
            byMessageId
                    .computeIfAbsent(key.messageId(), id -> new ArrayList<>(1))
                    .add(message);
            conversations
                    .computeIfAbsent(key.conversation(), c -> new ArrayList<>())
                    .add(message);
            return message;
        });
    }

    private Run run(Event event) {
        Run known = runs.get(event.by());
        return known != null ? known : open(event);
    }

    private Run open(Event event) {
        DeviceRun by = event.by();
        Start start = event instanceof Started started ? started.start() : Start.NEW_FROM_FIRST_HELD;
        String install = by.uid() + "/" + by.device();
        Device device = current.get(install);
        if (device == null || start != Start.RESUMED) {
            if (device != null) {
                device.latest = false;
            }
            device = new Device(by.uid(), by.device());
            devices.add(device);
            current.put(install, device);
        }
        Run run = new Run(by, start);
        device.runs.add(run);
        runs.put(by, run);
        return run;
    }

    private static long[] positionsOf(List<Message> messages) {
        return messages.stream()
                .flatMap(message -> message.callbacks.stream())
                .mapToLong(callback -> callback.event().position())
                .sorted()
                .distinct()
                .toArray();
    }

    Collection<Sending> sendings() {
        return sendings.values();
    }

    Collection<Message> messages() {
        return messages.values();
    }

    Message message(CalledBack callback) {
        return message(identity(callback));
    }

    /** All messages under an id, whatever their conversation, sender or body. */
    List<Message> under(String messageId) {
        return byMessageId.getOrDefault(messageId, List.of());
    }

    Map<ConversationKey, List<Message>> conversations() {
        return conversations;
    }

    List<Device> devices() {
        return devices;
    }

    @Nullable Run run(DeviceRun name) {
        return runs.get(name);
    }

    List<Entry<Settled>> orphans() {
        return orphans;
    }

    /** The largest position below this one that anybody was given in the conversation; 0 when there is none. */
    long before(ConversationKey conversation, long position) {
        long[] known = positions.getOrDefault(conversation, new long[0]);
        int at = Arrays.binarySearch(known, position);
        int index = (at >= 0 ? at : -at - 1) - 1;
        return index < 0 ? 0 : known[index];
    }

    /** A callback of that position, by whomever. */
    Entry<CalledBack> anyAt(ConversationKey conversation, long position) {
        for (Message message : conversations.getOrDefault(conversation, List.of())) {
            for (Entry<CalledBack> callback : message.callbacks) {
                if (callback.event().position() == position) {
                    return callback;
                }
            }
        }
        throw new IllegalArgumentException("nobody was given " + position + " of " + conversation);
    }

    Verdict.Counts counts() {
        int accepted =
                (int) messages.values().stream().filter(Message::accepted).count();
        int unknown = (int) messages.values().stream()
                .filter(message -> !message.accepted() && message.possible())
                .count();
        int sent = (int) messages.values().stream()
                .filter(message -> !message.sendings.isEmpty())
                .count();
        int present = (int) devices.stream().filter(Device::presentAtEnd).count();
        return new Verdict.Counts(
                sent, accepted, unknown, sent - accepted - unknown, callbacks, devices.size(), present);
    }
}
