package im.testkit.history;

import im.testkit.history.Event.CalledBack;
import im.testkit.history.Event.Invoked;
import im.testkit.history.Event.Settled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** How long accepted messages took to those they were for: figures for people, never for an assertion. */
public final class DeliveryTimes {
    /** Of a message that one device of its receiver was given: when it was accepted, and when that device had it. */
    private record Delivery(long accepted, long given) {
        long took() {
            return given - accepted;
        }
    }

    private final List<Delivery> deliveries = new ArrayList<>();

    /** @param receivers the devices that count, such as those that were there all the time */
    public DeliveryTimes(History history, Predicate<DeviceRun> receivers) {
        List<Event> events = history.events();
        Map<Long, String> ids = new HashMap<>();
        Map<String, Long> accepted = new HashMap<>();
        for (Event event : events) {
            if (event instanceof Invoked invoked) {
                ids.put(invoked.ref(), invoked.messageId());
            } else if (event instanceof Settled settled && settled.outcome() == Outcome.ACCEPTED) {
                String id = ids.get(settled.ref());
                if (id != null) {
                    accepted.putIfAbsent(id, settled.at());
                }
            }
        }
        Set<String> seen = new HashSet<>();
        for (Event event : events) {
            if (event instanceof CalledBack given && !given.own() && receivers.test(given.by())) {
                Long since = accepted.get(given.messageId());
                if (since != null && seen.add(given.by() + " " + given.messageId())) {
                    deliveries.add(new Delivery(since, given.at()));
                }
            }
        }
    }

    /** The longest wait of what was accepted between two moments of {@link History#now}. */
    public Duration longest(long from, long to) {
        return Duration.ofNanos(deliveries.stream()
                .filter(delivery -> delivery.accepted >= from && delivery.accepted < to)
                .mapToLong(Delivery::took)
                .max()
                .orElse(0));
    }

    /** How long after that moment the last of what was accepted before it had arrived. */
    public Duration behind(long moment) {
        return Duration.ofNanos(deliveries.stream()
                .filter(delivery -> delivery.accepted < moment)
                .mapToLong(delivery -> delivery.given - moment)
                .max()
                .orElse(0));
    }
}
