package im.router.etcd;

import im.router.NodeInfo;
import im.router.Nodes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The nodes, made of lists and of the changes that a watch tells, which overlap: a change counts only as far as it is
 * newer than what is known, a list unless a newer change came since it was asked for. So a list of an etcd that was
 * restored or wiped counts too, though its revisions began anew. Listeners are called one at a time, in order, under the table's lock.
 */
final class NodeTable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeTable.class);

    private record Entry(NodeRecords.Read node, long revision) {}

    /** One key of a list or a change. */
    record Seen(int slot, NodeRecords.Read node, long revision) {}

    private final Map<Integer, Entry> slots = new HashMap<>();
    private final List<Consumer<Nodes>> listeners = new ArrayList<>();
    private long listedRevision;
    /** Of the changes since the last list was asked for. */
    private long changedRevision;

    private volatile Nodes nodes = Nodes.NONE;

    Nodes nodes() {
        return nodes;
    }

    synchronized void listen(Consumer<Nodes> listener) {
        listeners.add(listener);
        tell(listener);
    }

    /** Before each list is asked for; one at a time. */
    synchronized void asking() {
        changedRevision = 0;
    }

    /**
     * All there is at that revision; an older list than what a watch told since it was asked for is passed over.
     *
     * @return whether the revision is an older one than the last list's
     */
    synchronized boolean listed(List<Seen> all, long revision) {
        boolean back = revision < listedRevision;
        if (revision < changedRevision) {
            return back;
        }
        listedRevision = revision;
        slots.clear();
        all.forEach(seen -> slots.put(seen.slot(), new Entry(seen.node(), seen.revision())));
        publish();
        return back;
    }

    synchronized void put(Seen seen) {
        if (isNews(seen.slot(), seen.revision())) {
            slots.put(seen.slot(), new Entry(seen.node(), seen.revision()));
            publish();
        }
    }

    /** The slot's key is gone, or holds what is no node. */
    synchronized void removed(int slot, long revision) {
        if (isNews(slot, revision)) {
            slots.remove(slot);
            publish();
        }
    }

    private boolean isNews(int slot, long revision) {
        changedRevision = Math.max(changedRevision, revision);
        Entry known = slots.get(slot);
        return revision > listedRevision && (known == null || revision > known.revision());
    }

    private void publish() {
        Map<Long, NodeInfo> live = new HashMap<>();
        slots.values()
                .forEach(entry ->
                        live.put(entry.node().id().packed(), entry.node().info()));
        // The first list is news even if it is empty: from then on it is known that there is nobody.
        if (nodes.revision() == 0 || !live.equals(nodes.live())) {
            nodes = new Nodes(live, nodes.revision() + 1);
            listeners.forEach(this::tell);
        }
    }

    private void tell(Consumer<Nodes> listener) {
        try {
            listener.accept(nodes);
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a listener of nodes failed");
        }
    }
}
