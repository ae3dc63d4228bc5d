package im.router;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * Which nodes hold a session of some member of a group: where a message of the group is pushed to. A hint: an entry that is
 * lost costs latency, until the holder says it again or its sessions compare; one too many costs a push that nobody takes.
 * Safe from any thread; no call blocks. Stages complete on a thread of the form's choice, exceptionally when the directory
 * does not answer.
 */
public interface GroupDirectory {

    /**
     * This process wants what is pushed to these groups; to be repeated once a heartbeat for all of its groups, and at once
     * when the directory may have lost them, since what is not repeated is forgotten after three heartbeats. Completes when
     * whoever reads from then on finds this node.
     *
     * @param groups any number; sent in bounded pieces
     * @return exceptionally with {@link NodeFencedException} while this process holds no lease; some of the groups may be
     *     there then or not
     */
    CompletionStage<Void> add(Collection<String> groups);

    /** Takes {@link #add} back. Best effort. */
    CompletionStage<Void> remove(Collection<String> groups);

    /** The nodes of each group, by {@link NodeId#packed()}, in no order; dead nodes, and groups without any, are left out. */
    CompletionStage<Map<String, long[]>> nodesOf(Collection<String> groups);
}
