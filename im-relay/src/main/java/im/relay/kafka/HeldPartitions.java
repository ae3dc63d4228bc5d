package im.relay.kafka;

import java.util.Collection;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/** The partitions of this member. Changed by the poll thread, read by any. */
final class HeldPartitions {
    /** Of a partition, between being assigned and being gone. */
    static final class Held {
        final PartitionFeed feed;
        /** Whether the consumer fetches it; the poll thread's. */
        boolean isPaused;

        Held(PartitionFeed feed) {
            this.feed = feed;
        }
    }

    private final ConcurrentMap<Integer, Held> held = new ConcurrentHashMap<>();

    void add(int partition, Held fresh) {
        held.put(partition, fresh);
    }

    @Nullable Held get(int partition) {
        return held.get(partition);
    }

    @Nullable PartitionFeed feed(int partition) {
        Held found = held.get(partition);
        return found == null ? null : found.feed;
    }

    /** Whether it was held. */
    boolean remove(int partition) {
        Held was = held.remove(partition);
        if (was != null) {
            was.feed.gone();
        }
        return was != null;
    }

    Collection<Held> all() {
        return held.values();
    }
}
