package im.gateway.cluster;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who may send into which group, as it was read from the store less than {@link #FRESH_NANOS} ago and as far as no push has
 * told of a later change since. Only what is allowed is held, at most {@link #MAX_HELD} groups and uids in them; then all
 * goes at once and is read again. Any thread.
 */
final class FreshStandings {
    static final long FRESH_NANOS = 1_000_000_000;
    static final int MAX_HELD = 32_768;

    private static final int MAX_CHANGING = 4_096;
    private static final int STRIPES = 1_024;

    private final LongSupplier nanoTime;
    private final Map<String, Group> groups = new HashMap<>();
    /** Raised with each change of which the place is not known, so that what was being read meanwhile is not held. */
    private final int[] news = new int[STRIPES];
    /** As often as all was forgotten, with the places of changes. */
    private long cleared;
    /** Groups, and uids in them. */
    private int held;

    /** Groups that this node has had changed, oldest first. */
    private final Map<String, Changing> changing = new LinkedHashMap<>();

    private record Changing(long until, CompletionStage<Long> end) {}

    private static final class Group {
        final long changedAt;
        /** When each was read. */
        final Map<String, Long> readAt = new HashMap<>();

        Group(long changedAt) {
            this.changedAt = changedAt;
        }
    }

    /** @param nanoTime as {@link System#nanoTime} */
    FreshStandings(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /**
     * The log has taken a change of the group from this node, and no view need know of it yet.
     *
     * @param end where the log ended afterwards, or later
     */
    synchronized void changing(String group, CompletionStage<Long> end) {
        long now = nanoTime.getAsLong();
        Iterator<Changing> oldest = changing.values().iterator();
        while (oldest.hasNext()) {
            boolean over = oldest.next().until - now <= 0;
            if (!over && changing.size() < MAX_CHANGING) {
                break;
            }
            oldest.remove();
        }
        changing.remove(group);
        changing.put(group, new Changing(now + FRESH_NANOS, end));
        heard(group, Long.MAX_VALUE);
    }

    /**
     * Where the log ended after the last change that somebody of this node was told of, as long as no view is known to have
     * it; null where there is none.
     */
    synchronized @Nullable CompletionStage<Long> changing(String group) {
        Changing last = changing.get(group);
        return last == null || last.until - nanoTime.getAsLong() <= 0 ? null : last.end;
    }

    /** A view has got as far as that. */
    synchronized void settled(String group, CompletionStage<Long> end) {
        Changing last = changing.get(group);
        if (last != null && last.end.equals(end)) {
            changing.remove(group);
        }
    }

    synchronized boolean allows(String group, String uid) {
        Group known = groups.get(group);
        Long readAt = known == null ? null : known.readAt.get(uid);
        return readAt != null && nanoTime.getAsLong() - readAt < FRESH_NANOS;
    }

    /** Said before reading, for {@link #allowed}. */
    synchronized long reading(String group) {
        return cleared + news[stripe(group)];
    }

    /**
     * @param reading of before the read
     * @param changedAt of the group, as it was read
     */
    synchronized void allowed(String group, String uid, long changedAt, long reading) {
        if (reading != cleared + news[stripe(group)]) {
            return;
        }
        if (held >= MAX_HELD) {
            clear();
        }
        Group known = at(group, changedAt);
        if (known.changedAt == changedAt && known.readAt.put(uid, nanoTime.getAsLong()) == null) {
            held++;
        }
    }

    /** The group's last change is at that place, or behind it; {@link Long#MAX_VALUE} when it is not known where. */
    synchronized void heard(String group, long changedAt) {
        if (changedAt == Long.MAX_VALUE) {
            news[stripe(group)]++;
            forget(group);
        } else {
            at(group, changedAt);
        }
    }

    /** The group, without what was read of it before that change; one that knows of a later change stays as it is. */
    private Group at(String group, long changedAt) {
        Group known = groups.get(group);
        if (known != null && known.changedAt >= changedAt) {
            return known;
        }
        forget(group);
        if (held >= MAX_HELD) {
            clear();
        }
        Group fresh = new Group(changedAt);
        groups.put(group, fresh);
        held++;
        return fresh;
    }

    private void clear() {
        groups.clear();
        held = 0;
        cleared++;
    }

    private void forget(String group) {
        Group known = groups.remove(group);
        if (known != null) {
            held -= 1 + known.readAt.size();
        }
    }

    private static int stripe(String group) {
        return Math.floorMod(group.hashCode(), STRIPES);
    }
}
