package im.gateway.room;

import java.util.Arrays;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which loops of this process have a room of a group, so that a push wakes no other. A loop is in it before the first
 * session that enters its room compares with the store: what was pushed earlier, that finds. Any thread.
 */
public final class GroupLoops {
    private static final int[] NONE = {};

    /** Arrays that are never changed, of {@link im.gateway.connection.Loop#index()}. */
    private final ConcurrentHashMap<String, int[]> loops = new ConcurrentHashMap<>();

    /** Not to be changed. */
    public int[] of(String group) {
        return loops.getOrDefault(group, NONE);
    }

    /** The loop, which had no room of the group, has one. */
    void opened(String group, int loop) {
        loops.merge(group, new int[] {loop}, (before, one) -> {
            int[] more = Arrays.copyOf(before, before.length + 1);
            more[before.length] = loop;
            return more;
        });
    }

    /** The loop, which had one, has none any more. */
    void closed(String group, int loop) {
        loops.computeIfPresent(group, (same, before) -> {
            int[] rest = Arrays.stream(before).filter(one -> one != loop).toArray();
            return rest.length == 0 ? null : rest;
        });
    }
}
