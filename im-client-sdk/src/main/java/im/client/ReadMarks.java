package im.client;

import im.protocol.v1.Frame;
import im.protocol.v1.Read;
import java.util.LinkedHashMap;
import java.util.Map;

/** Read marks that wait for a connection, the newest of each conversation. Event loop only. */
final class ReadMarks {
    /** Of the conversations marked without a connection; the longest unmarked goes first. */
    static final int MAX_WAITING = 1_000;

    private final Requests requests;
    private final Map<String, Long> waiting = new LinkedHashMap<>();

    ReadMarks(Requests requests) {
        this.requests = requests;
    }

    void mark(String peer, long position) {
        if (write(peer, position)) {
            return;
        }
        Long before = waiting.remove(peer);
        waiting.put(peer, before == null ? position : Math.max(before, position));
        if (waiting.size() > MAX_WAITING) {
            waiting.remove(waiting.keySet().iterator().next());
        }
    }

    void attached() {
        waiting.forEach(this::write);
        waiting.clear();
    }

    private boolean write(String peer, long position) {
        return requests.tell(Frame.newBuilder().setRead(Read.newBuilder().setUpTo(Frames.cursor(peer, position))));
    }
}
