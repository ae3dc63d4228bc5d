package im.relay.apply;

import im.protocol.ConversationKey;
import im.relay.ConversationView;
import im.relay.LogReader;
import im.relay.LoggedMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The conversation store as maps: one script at a time, and nothing of it survives a {@link #flush}. */
final class ModelView implements ConversationView {
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

        Slot copy() {
            Slot copy = new Slot();
            copy.applied = applied;
            copy.term = term;
            copy.floor = floor;
            copy.reached = reached;
            copy.reachedAt = reachedAt;
            copy.holes.addAll(holes);
            conversations.forEach((key, messages) -> copy.conversations.put(key, new TreeMap<>(messages)));
            return copy;
        }
    }

    private final SimWorld world;
    private final Map<Integer, Slot> slots = new HashMap<>();
    private final Map<Integer, Slot> snapshots = new HashMap<>();
    /** Runs before the effect of an apply. */
    Runnable beforeApply = () -> {};
    /** Runs between the effect of an apply and its answer. */
    Runnable afterApply = () -> {};

    boolean isAway;
    int applies;
    int compares;

    ModelView(SimWorld world) {
        this.world = world;
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
            slots.put(partition, snapshot.copy());
        }
    }

    @Override
    public CompletionStage<State> state(int partition) {
        return call(() -> new State(slot(partition).applied, slot(partition).floor, slot(partition).term));
    }

    @Override
    public CompletionStage<Move> apply(
            int partition, long expected, long applied, int term, List<LoggedMessage> messages) {
        return call(() -> {
            beforeApply.run();
            Slot slot = slot(partition);
            if (slot.applied != expected) {
                return new Move.Mismatch(slot.applied);
            }
            long[] prevs = new long[messages.size()];
            for (int i = 0; i < prevs.length; i++) {
                prevs[i] = append(
                        slot,
                        messages.get(i),
                        i == 0 ? expected : messages.get(i - 1).position());
            }
            slot.applied = applied;
            slot.term = term;
            applies += messages.isEmpty() ? 0 : 1;
            afterApply.run();
            return new Move.Moved(prevs);
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
    public CompletionStage<Move> skip(int partition, long expected, long applied) {
        return call(() -> {
            Slot slot = slot(partition);
            if (slot.applied != expected) {
                return new Move.Mismatch(slot.applied);
            }
            if (expected == ABSENT) {
                slot.floor = applied;
            } else {
                slot.holes.add(new Hole(expected, applied));
            }
            slot.term = LogReader.NO_TERM;
            slot.applied = applied;
            return new Move.Moved(new long[0]);
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
            return new Move.Moved(new long[0]);
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
