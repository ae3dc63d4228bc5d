package im.relay.local;

import im.relay.PlacedMessage;
import im.relay.Wakeups;
import java.util.List;

/** Hears of messages once they are on disk. */
@FunctionalInterface
public interface CommitListener {

    /**
     * Runs on the writer thread and must not block.
     *
     * @param messages of one commit, in the order of their positions, at least one
     * @param wakeups flushed right after; tasks added here run behind the senders' results on the same lane
     */
    void committed(List<PlacedMessage> messages, Wakeups wakeups);
}
