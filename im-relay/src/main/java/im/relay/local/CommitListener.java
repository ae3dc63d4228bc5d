package im.relay.local;

import im.relay.GroupPush;
import im.relay.PlacedMessage;
import im.relay.Receipt;
import im.relay.Wakeups;
import java.util.List;

/** Hears of messages and cursors once they are on disk. */
@FunctionalInterface
public interface CommitListener {

    /**
     * Runs on the writer thread and must not block.
     *
     * @param messages of one commit, in the order of their positions, at least one
     * @param wakeups flushed right after; tasks added here run behind the senders' results on the same lane
     */
    void committed(List<PlacedMessage> messages, Wakeups wakeups);

    /**
     * Runs on the writer thread, behind {@link #committed} of the same commit, and must not block.
     *
     * @param pushes what of it stands in groups, in the order of positions, at least one
     */
    default void committedGroups(List<GroupPush> pushes, Wakeups wakeups) {}

    /**
     * Runs on the writer thread, behind {@link #committed} of the same commit, and must not block.
     *
     * @param receipts what cursors and read positions were raised to in one commit, at least one, each (conversation,
     *     uid, kind) once; a cursor that another device of the uid is above already may be among them
     */
    default void raised(List<Receipt> receipts, Wakeups wakeups) {}
}
