package im.relay.apply;

import im.relay.GroupEffect;
import im.relay.GroupEvents;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;

/** What became of groups, which nothing forgets, and which nobody may write otherwise than it was written (D16). */
final class ModelEvents implements GroupEvents {
    private record Key(String group, String uid, long position) {}

    private record Event(long timeMs, Object after) {}

    private final SimWorld world;
    private final Predicate<RelaySim.GroupFault> fault;
    private final Map<Integer, Map<Key, Event>> partitions = new HashMap<>();
    int writes;
    int loads;

    ModelEvents(SimWorld world, Predicate<RelaySim.GroupFault> fault) {
        this.world = world;
        this.fault = fault;
    }

    @Override
    public CompletionStage<Void> write(int partition, List<GroupEffect> effects) {
        return world.call(() -> {
            writes++;
            if (fault.test(RelaySim.GroupFault.EVENTS_FORGOTTEN)) {
                return null;
            }
            effects.forEach(effect -> {
                put(partition, effect, "", effect.state());
                effect.members().forEach((uid, member) -> put(partition, effect, uid, member));
            });
            return null;
        });
    }

    private void put(int partition, GroupEffect effect, String uid, Object after) {
        Event event = new Event(effect.timeMs(), after);
        Event known = partitions
                .computeIfAbsent(partition, p -> new HashMap<>())
                .put(new Key(effect.group(), uid, effect.position()), event);
        if (known != null && !isSame(known, event)) {
            throw new AssertionError("seed " + world.seed + ": an event is another one: " + known + " and " + event);
        }
    }

    /** What is worked out behind a loss lacks the stretches that had ended a retention before it. */
    private static boolean isSame(Event known, Event event) {
        return known.timeMs == event.timeMs
                && (known.after instanceof Membership was && event.after instanceof Membership is
                        ? GroupCheck.isSameButForThePast(was, is)
                        : known.after.equals(event.after));
    }

    @Override
    public CompletionStage<List<GroupEffect>> load(int partition, long upTo, Progress told) {
        return world.call(() -> {
            loads++;
            told.read(1, 1);
            return effects(partition, upTo);
        });
    }

    @Override
    public CompletionStage<Long> newest(int partition) {
        return world.call(() -> partitions.getOrDefault(partition, Map.of()).keySet().stream()
                .mapToLong(Key::position)
                .max()
                .orElse(0));
    }

    private List<GroupEffect> effects(int partition, long upTo) {
        Map<String, Map<String, Key>> newest = new TreeMap<>();
        Map<Key, Event> events = partitions.getOrDefault(partition, Map.of());
        events.keySet().stream()
                .filter(key -> key.position <= upTo)
                .forEach(key -> newest.computeIfAbsent(key.group, group -> new HashMap<>())
                        .merge(key.uid, key, (a, b) -> a.position > b.position ? a : b));
        List<GroupEffect> effects = new ArrayList<>();
        newest.forEach((group, keys) -> {
            Map<Long, Map<String, Membership>> byPosition = new TreeMap<>();
            Map<Long, Long> times = new HashMap<>();
            keys.forEach((uid, key) -> {
                Map<String, Membership> at = byPosition.computeIfAbsent(key.position, p -> new HashMap<>());
                Event event = events.get(key);
                times.put(key.position, event == null ? 0 : event.timeMs);
                if (event != null && event.after instanceof Membership member) {
                    at.put(uid, member);
                }
            });
            Event state = events.get(keys.get(""));
            if (state != null && state.after instanceof GroupState last) {
                byPosition.forEach((position, members) ->
                        effects.add(new GroupEffect(group, position, times.getOrDefault(position, 0L), last, members)));
            }
        });
        return effects;
    }
}
