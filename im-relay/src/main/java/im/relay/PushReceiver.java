package im.relay;

import im.protocol.v1.Push;
import im.router.NodeId;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Takes the pushes of one node from the bus. Safe from any thread; no call blocks. */
public interface PushReceiver extends AutoCloseable {

    /**
     * From now on the pushes of that node are heard, and no longer those of the one before: at the start, and again after a
     * lapse. Begins at the end of what the bus has.
     *
     * @return completes when whatever is sent from then on will be heard, which is when routes may name the node;
     *     exceptionally when another call or the end came first
     */
    CompletionStage<Void> follow(NodeId node);

    /** Null while the bus can be read; otherwise what is wrong, for the readiness page. */
    @Nullable String failure();

    @Override
    void close();

    /** Called by one thread, in the order of the bus; must not block. */
    interface Listener {
        void pushed(List<Push> pushes);

        /** Pushes may have been missed: all sessions compare at once. */
        void resync(String why);
    }
}
