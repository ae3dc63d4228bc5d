package im.relay.apply;

import im.relay.GroupEffect;
import im.relay.IndexView;
import java.util.List;
import java.util.Map;

/**
 * Puts what is kept of groups for ever into the lists of the uids whose buckets have not seen it: where the log does not
 * hold any more, or has lost, what made it so (D5, D8). One use; lane only.
 */
final class ListedGroups {
    private final Context context;
    private final PartitionApplier applier;
    private final List<GroupEffect> groups;
    private final KeptGroups kept;
    private final Marks marks;
    /** By bucket: where nothing is there that has to be corrected. */
    private final boolean[] lost;

    private final IndexReplay replay;

    /**
     * @param kept all that is put into lists that were lost
     * @param marks are not raised by it
     */
    ListedGroups(Context context, PartitionApplier applier, List<GroupEffect> groups, KeptGroups kept, Marks marks) {
        this.context = context;
        this.applier = applier;
        this.groups = groups;
        this.kept = kept;
        this.marks = marks;
        this.lost = new boolean[context.ports().index().buckets()];
        for (int bucket = 0; bucket < lost.length; bucket++) {
            lost[bucket] = marks.of(bucket) == IndexView.ABSENT;
        }
        this.replay = new IndexReplay(context.ports().index());
    }

    /** The partition seeks again, and {@code then} does not run, where somebody else moved a mark. */
    void merge(Runnable then) {
        merge(0, then);
    }

    private void merge(int from, Runnable then) {
        int next = from;
        while (next < groups.size() && !replay.isFull()) {
            GroupEffect effect = groups.get(next++);
            replay.loaded(effect, marks, entry -> isWanted(effect, entry));
        }
        int reached = next;
        int listed = replay.size();
        Map<Integer, List<IndexView.Entry>> entries = replay.take();
        if (entries.isEmpty()) {
            then.run();
            return;
        }
        context.meters().replayed.increment(listed);
        applier.await(marks.merge(entries, 0, true), same -> {
            if (same) {
                merge(reached, then);
            } else {
                applier.failed(
                        Trouble.MARK_MOVED, new IllegalStateException("a mark moved while groups were listed again"));
            }
        });
    }

    private boolean isWanted(GroupEffect effect, IndexView.Entry entry) {
        return !lost[context.ports().index().bucketOf(entry.uid())] || kept.has(effect, entry.member());
    }
}
