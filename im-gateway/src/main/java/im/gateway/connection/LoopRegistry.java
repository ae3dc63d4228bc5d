package im.gateway.connection;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one loop by slot, with no object of its own for any of them: 16 bytes a slot. Slots are used
 * again, the smallest stack of free ones first, each time under another generation. Event loop only.
 */
final class LoopRegistry {
    private static final int INITIAL_SLOTS = 64;

    private final int loop;
    private @Nullable ConnectionListener[] listeners = new @Nullable ConnectionListener[INITIAL_SLOTS];
    private long[] ids = new long[INITIAL_SLOTS];
    private int[] free = new int[INITIAL_SLOTS];
    private int freeCount;
    private int used;
    private int generation;
    private int size;

    LoopRegistry(int loop) {
        this.loop = loop;
    }

    /** Takes a slot and gives it its id; 0 when all {@link ConnectionIds#MAX_SLOTS} are taken. */
    long reserve() {
        int slot;
        if (freeCount > 0) {
            slot = free[--freeCount];
        } else if (used < ConnectionIds.MAX_SLOTS) {
            slot = used++;
            grow(slot);
        } else {
            return 0;
        }
        generation = generation == Integer.MAX_VALUE ? 1 : generation + 1;
        ids[slot] = ConnectionIds.of(loop, slot, generation);
        size++;
        return ids[slot];
    }

    private void grow(int slot) {
        if (slot < ids.length) {
            return;
        }
        int length = Math.min(ids.length * 2, ConnectionIds.MAX_SLOTS);
        listeners = Arrays.copyOf(listeners, length);
        ids = Arrays.copyOf(ids, length);
        free = Arrays.copyOf(free, length);
    }

    void set(long id, ConnectionListener listener) {
        int slot = ConnectionIds.slot(id);
        if (ids[slot] == id) {
            listeners[slot] = listener;
        }
    }

    @Nullable ConnectionListener get(long id) {
        int slot = ConnectionIds.slot(id);
        return slot < ids.length && ids[slot] == id ? listeners[slot] : null;
    }

    void release(long id) {
        int slot = ConnectionIds.slot(id);
        if (id != 0 && slot < ids.length && ids[slot] == id) {
            ids[slot] = 0;
            listeners[slot] = null;
            free[freeCount++] = slot;
            size--;
        }
    }

    int size() {
        return size;
    }

    /** Visits every {@code step}-th slot from {@code first}. A visit may release or reserve slots. */
    void visit(int first, int step, Consumer<ConnectionListener> visitor) {
        for (int slot = first; slot < used; slot += step) {
            ConnectionListener listener = listeners[slot];
            if (listener != null) {
                visitor.accept(listener);
            }
        }
    }
}
