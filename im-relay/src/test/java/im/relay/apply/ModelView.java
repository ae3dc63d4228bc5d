package im.relay.apply;

import im.protocol.ConversationKey;
import im.relay.ConversationView;
import im.relay.GroupEffect;
import im.relay.GroupView;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The conversation store as maps: one script at a time, and nothing of it survives a {@link #flush}. */
final class ModelView implements ConversationView, GroupView {
    record Held(long position, long prev, byte[] envelope) {}

    record Hole(long from, long to) {}

    static final class Slot {
        long applied = ABSENT;
        int term = LogReader.NO_TERM;
        long floor;
        long reached;
        long reachedAt;
        final List<Hole> holes = new ArrayList<>();
        final Map<ConversationKey, TreeMap<Long, Held>> conversations = new HashMap<>();
        final Map<String, GroupState> groups = new HashMap<>();
        final Map<String, Map<String, Membership>> members = new HashMap<>();
        String attempt = "";
        final Set<String> restored = new HashSet<>();

        void put(GroupEffect effect) {
            groups.put(effect.group(), effect.state());
            members.computeIfAbsent(effect.group(), group -> new HashMap<>()).putAll(effect.members());
        }

        Slot copy() {
            Slot copy = new Slot();
            copy.applied = applied;
            copy.term = term;
            copy.floor = floor;
            copy.reached = reached;
            copy.reachedAt = reachedAt;
            copy.holes.addAll(holes);
            conversations.forEach((key, messages) -> copy.conversations.put(key, new TreeMap<>(messages)));
            copy.groups.putAll(groups);
            members.forEach((group, uids) -> copy.members.put(group, new HashMap<>(uids)));
            copy.attempt = attempt;
            copy.restored.addAll(restored);
            return copy;
        }
    }

    private final SimWorld world;
    private final Predicate<RelaySim.GroupFault> fault;
    private final Map<Integer, Slot> slots = new HashMap<>();
    private final Map<Integer, Slot> snapshots = new HashMap<>();
    /** Runs before the effect of an apply. */
    Runnable beforeApply = () -> {};
    /** Runs between the effect of an apply and its answer. */
    Runnable afterApply = () -> {};

    boolean isAway;
    int applies;
    int restores;
    int compares;

    ModelView(SimWorld world, Predicate<RelaySim.GroupFault> fault) {
        this.world = world;
        this.fault = fault;
    }

    Slot slot(int partition) {
        return slots.computeIfAbsent(partition, p -> new Slot());
    }

    void flush() {
        slots.clear();
        snapshots.clear();
    }

    void snapshot(int partition) {
        snapshots.put(partition, slot(partition).copy());
    }

    /** What a replica that lagged, or a disk without its last second, comes back with. */
    void fallBack(int partition) {
        Slot snapshot = snapshots.get(partition);
        if (snapshot == null) {
            slots.remove(partition);
        } else {
            Slot back = snapshot.copy();
            if (fault.test(RelaySim.GroupFault.GROUPS_STAY)) {
                back.groups.putAll(slot(partition).groups);
                back.members.putAll(slot(partition).members);
            }
            slots.put(partition, back);
        }
    }

    @Override
    public CompletionStage<State> state(int partition) {
        return call(() -> new State(slot(partition).applied, slot(partition).floor, slot(partition).term));
    }

    @Override
    public CompletionStage<Move> apply(
            int partition,
            long expected,
            long applied,
            int term,
            List<LoggedMessage> messages,
            List<GroupEffect> effects) {
        return call(() -> {
            beforeApply.run();
            Slot slot = slot(partition);
            if (slot.applied != expected) {
                return new Move.Mismatch(slot.applied);
            }
            long[] prevs = new long[messages.size()];
            long[] changedAt = new long[messages.size()];
            Map<Long, GroupEffect> byPosition = new HashMap<>();
            effects.forEach(effect -> byPosition.put(effect.position(), effect));
            for (int i = 0; i < prevs.length; i++) {
                changedAt[i] = change(
                        slot, messages.get(i), byPosition.remove(messages.get(i).position()));
                prevs[i] = append(
                        slot,
                        messages.get(i),
                        i == 0 ? expected : messages.get(i - 1).position());
            }
            if (!byPosition.isEmpty()) {
                throw new AssertionError("effects of no message: " + byPosition);
            }
            slot.applied = applied;
            slot.term = term;
            applies += messages.isEmpty() ? 0 : 1;
            afterApply.run();
            return new Move.Moved(prevs, changedAt);
        });
    }

    private static long change(Slot slot, LoggedMessage message, @Nullable GroupEffect effect) {
        if (effect != null) {
            slot.put(effect);
        }
        return message.conversation().isGroup()
                ? slot.groups
                        .getOrDefault(message.conversation().group(), GroupState.NONE)
                        .changedAt()
                : 0;
    }

    @Override
    public CompletionStage<Groups> groups(int partition, Map<String, Set<String>> asked) {
        Map<String, Set<String>> wanted = new HashMap<>();
        asked.forEach((group, uids) -> wanted.put(group, Set.copyOf(uids)));
        return call(() -> {
            Slot slot = slot(partition);
            Map<String, GroupState> states = new HashMap<>();
            Map<String, Map<String, Membership>> members = new HashMap<>();
            wanted.forEach((group, uids) -> {
                states.put(group, slot.groups.getOrDefault(group, GroupState.NONE));
                uids.forEach(uid -> members.computeIfAbsent(group, name -> new HashMap<>())
                        .put(uid, slot.members.getOrDefault(group, Map.of()).getOrDefault(uid, Membership.NEVER)));
            });
            return new Groups(slot.applied, states, members);
        });
    }

    @Override
    public CompletionStage<Boolean> restore(
            int partition, long expected, String attempt, boolean begins, List<GroupEffect> effects) {
        return call(() -> {
            Slot slot = slot(partition);
            if (slot.applied != expected || (!begins && !slot.attempt.equals(attempt))) {
                return false;
            }
            if (begins) {
                slot.attempt = attempt;
                slot.restored.clear();
            }
            if (fault.test(RelaySim.GroupFault.RESTORE_IGNORED)) {
                return true;
            }
            for (GroupEffect effect : effects) {
                if (slot.restored.add(effect.group())) {
                    slot.members.remove(effect.group());
                }
                slot.put(effect);
            }
            restores++;
            return true;
        });
    }

    private static long append(Slot slot, LoggedMessage message, long above) {
        if (message.position() <= above || message.position() <= slot.applied) {
            throw new AssertionError("positions do not rise: " + message + " above " + above);
        }
        TreeMap<Long, Held> messages =
                slot.conversations.computeIfAbsent(message.conversation(), key -> new TreeMap<>());
        long prev = messages.isEmpty() ? slot.floor : messages.lastKey();
        for (Hole hole : slot.holes) {
            if (hole.to < message.position()) {
                prev = Math.max(prev, hole.to);
            }
        }
        messages.put(message.position(), new Held(message.position(), prev, message.envelope()));
        return prev;
    }

    @Override
    public CompletionStage<Move> skip(int partition, long expected, long applied, String attempt) {
        return call(() -> {
            Slot slot = slot(partition);
            if (slot.applied != expected || (!attempt.isEmpty() && !slot.attempt.equals(attempt))) {
                return new Move.Mismatch(slot.applied);
            }
            if (expected == ABSENT) {
                slot.floor = applied;
            } else {
                slot.holes.add(new Hole(expected, applied));
            }
            slot.term = LogReader.NO_TERM;
            slot.applied = applied;
            slot.attempt = "";
            return new Move.Moved(new long[0], new long[0]);
        });
    }

    @Override
    public CompletionStage<Move> reached(int partition, long expected, long timeMs) {
        return call(() -> {
            compares++;
            Slot slot = slot(partition);
            if (slot.applied != expected) {
                return new Move.Mismatch(slot.applied);
            }
            slot.reached = Math.max(slot.reached, timeMs);
            slot.reachedAt = expected;
            return new Move.Moved(new long[0], new long[0]);
        });
    }

    private <T> CompletionStage<T> call(Supplier<T> effect) {
        return world.call(() -> {
            if (isAway) {
                throw new IllegalStateException("away");
            }
            return effect.get();
        });
    }
}
