package im.gateway.session;

import im.gateway.connection.Loop;
import im.relay.ConversationStore;
import im.relay.ReadResult;
import im.relay.SeededBug;
import java.util.ArrayList;
import java.util.List;

/**
 * Once a heartbeat each session is compared with the store by one number, the version of its uid's index, many sessions
 * in one read; only those that differ are woken (D18, D27). A message that was placed and never pushed is found so,
 * without a later one. One for each loop; event loop only.
 */
final class TailChecks {
    private static final int MAX_UIDS = 1_024;
    private static final int MAX_READS = 4;

    private final Loop loop;
    private final ConversationStore store;
    private List<Session> collected = new ArrayList<>();
    private int reads;

    TailChecks(Loop loop, ConversationStore store) {
        this.loop = loop;
        this.store = store;
    }

    /** Takes a session whose heartbeat is over; false when it must come again, since enough is under way. */
    boolean add(Session session) {
        // The check would mend what the other bug breaks, a heartbeat later.
        if (SeededBug.NO_TAIL_CHECK.isActive() || SeededBug.REGISTER_AFTER_SYNC.isActive()) {
            return true;
        }
        if (reads == MAX_READS) {
            return false;
        }
        if (collected.isEmpty()) {
            loop.execute(this::read);
        }
        collected.add(session);
        if (collected.size() == MAX_UIDS) {
            read();
        }
        return true;
    }

    private void read() {
        if (collected.isEmpty()) {
            return;
        }
        List<Session> sessions = collected;
        collected = new ArrayList<>();
        reads++;
        List<String> uids = sessions.stream().map(Session::uid).toList();
        store.versions(uids, loop, result -> {
            reads--;
            // A read that failed is made again with the next heartbeat.
            if (result instanceof ReadResult.Ok<long[]> ok) {
                compare(sessions, ok.value());
            }
        });
    }

    private void compare(List<Session> sessions, long[] versions) {
        for (int i = 0; i < versions.length; i++) {
            Session session = sessions.get(i);
            if (loop.find(session.connection().id()) == session) {
                session.tailChecked(versions[i]);
            }
        }
    }
}
