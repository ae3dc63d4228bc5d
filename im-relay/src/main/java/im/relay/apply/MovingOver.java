package im.relay.apply;

import im.relay.ConversationView.Move;
import im.relay.GroupEffect;
import java.util.List;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Moves a view over what it will never apply: what the log does not hold any more, what is too old, or what was lost with
 * a tail. What that did to groups is put in place first, from what is kept of it for ever: in the lists of uids, then in
 * the view (D2, D6). Used once; lane only.
 */
final class MovingOver {
    /** Members in one call, but for those of its last group's change. */
    private static final int MEMBERS = 1_000;

    private final Context context;
    private final PartitionApplier applier;
    private final Ports ports;
    private final int partition;
    private final String attempt = UUID.randomUUID().toString();

    MovingOver(Context context, PartitionApplier applier) {
        this.context = context;
        this.applier = applier;
        this.ports = context.ports();
        this.partition = context.partition();
    }

    /**
     * @param oldestMs by the log's time; what ended before it for a uid is not put in place
     * @param then given what became of the move, and the marks whose lists have what became of groups up to its end
     */
    void move(long expected, long target, long oldestMs, BiConsumer<Move, Marks> then) {
        applier.awaitGroups(
                target,
                groups -> applier.await(ports.index().marks(partition), known -> {
                    Marks marks = new Marks(ports.index(), partition, known);
                    KeptGroups kept = new KeptGroups(oldestMs, groups);
                    new ListedGroups(context, applier, groups, kept, marks)
                            .merge(() ->
                                    restore(expected, target, kept.of(groups), 0, move -> then.accept(move, marks)));
                }));
    }

    /** Also where there is nothing to restore: the move is the attempt's, or nobody's. */
    private void restore(long expected, long target, List<GroupEffect> groups, int from, Consumer<Move> then) {
        int to = end(groups, from);
        applier.await(
                ports.groups().restore(partition, expected, attempt, from == 0, groups.subList(from, to)), same -> {
                    if (!same) {
                        applier.failed(
                                Trouble.VIEW_MOVED,
                                new IllegalStateException("the view moved while groups were restored"));
                    } else if (to < groups.size()) {
                        restore(expected, target, groups, to, then);
                    } else {
                        applier.await(ports.view().skip(partition, expected, target, attempt), then::accept);
                    }
                });
    }

    private static int end(List<GroupEffect> groups, int from) {
        int members = 0;
        int to = from;
        while (to < groups.size() && members < MEMBERS) {
            members += 1 + groups.get(to++).members().size();
        }
        return to;
    }
}
