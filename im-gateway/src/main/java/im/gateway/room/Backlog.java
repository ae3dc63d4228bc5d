package im.gateway.room;

import im.relay.GroupPush;
import java.util.ArrayDeque;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The pushes of one room that wait, bounded for the room and for all rooms of its loop. Event loop only. */
final class Backlog {
    static final int MAX_MESSAGES = 1_024;
    static final int MAX_BYTES = 1 << 20;

    private final Turns turns;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int bytes;

    /** @param fromStore a hole before it cannot be filled any more: its receivers see to that */
    record Waiting(GroupPush push, boolean fromStore) {
        private int bytes() {
            return push.message().placed().length;
        }
    }

    Backlog(Turns turns) {
        this.turns = turns;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** False when it finds no room. */
    boolean add(GroupPush push) {
        Waiting last = new Waiting(push, false);
        boolean fits =
                waiting.size() < MAX_MESSAGES && bytes + last.bytes() <= MAX_BYTES && turns.hasRoom(last.bytes());
        if (fits) {
            waiting.add(last);
            count(last.bytes());
        }
        return fits;
    }

    /** What was read for a hole; one page of it at a time, whatever waits behind it. */
    void addFirst(GroupPush repaired) {
        Waiting first = new Waiting(repaired, true);
        waiting.addFirst(first);
        count(first.bytes());
    }

    @Nullable Waiting peek() {
        return waiting.peek();
    }

    void remove() {
        count(-waiting.remove().bytes());
    }

    /** How many were. */
    int removeIf(Predicate<GroupPush> condition) {
        int before = waiting.size();
        waiting.removeIf(one -> {
            boolean goes = condition.test(one.push);
            if (goes) {
                count(-one.bytes());
            }
            return goes;
        });
        return before - waiting.size();
    }

    void clear() {
        waiting.clear();
        count(-bytes);
    }

    private void count(int more) {
        bytes += more;
        turns.waiting(more);
    }
}
