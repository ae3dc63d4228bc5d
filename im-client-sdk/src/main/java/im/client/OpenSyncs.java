package im.client;

import im.protocol.v1.Frame;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The Syncs that are to close a hole or to find a head, and which conversation each asks for. Event loop only. */
final class OpenSyncs {
    private static final int MESSAGES = 100;

    private final Timers timers;
    private final Map<Long, String> peers = new HashMap<>();
    private @Nullable ClientConnection connection;

    OpenSyncs(Timers timers) {
        this.timers = timers;
    }

    void attach(ClientConnection to) {
        connection = to;
    }

    void detach() {
        connection = null;
        peers.clear();
    }

    /** Asks after the delay, if the connection is the same by then. */
    void ask(String peer, long after, long delayMillis) {
        ClientConnection to = connection;
        if (delayMillis <= 0) {
            write(to, peer, after);
        } else {
            timers.after(delayMillis, () -> write(to, peer, after));
        }
    }

    private void write(@Nullable ClientConnection to, String peer, long after) {
        if (to != null && to == connection) {
            long ref = to.nextRef();
            peers.put(ref, peer);
            Frame.Builder sync = Frames.sync(peer, after, MESSAGES);
            to.write(sync.setRef(ref).build());
        }
    }

    /** The conversation whose open Sync has this ref, which is answered now; null if it is none. */
    @Nullable String answered(long ref) {
        return peers.remove(ref);
    }
}
