package im.gateway.session;

import im.gateway.delivery.Delivery;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.v1.Resume;

/** What a welcomed session waits for before catch-up starts: the client's cursors, and its rooms. Event loop only. */
final class CatchUpStart {
    private static final int MAX_RESUMED = 20_000;

    private final Delivery delivery;
    private final boolean cursorsCount;
    private boolean withCursors;
    private boolean awaitsCursors;
    private boolean awaitsRooms;

    /**
     * @param clientCursors whether Resume frames follow
     * @param sameLog whether what they bring is of this log; otherwise it is void
     */
    CatchUpStart(Delivery delivery, boolean clientCursors, boolean sameLog, boolean groups) {
        this.delivery = delivery;
        this.awaitsCursors = clientCursors;
        this.cursorsCount = sameLog;
        this.awaitsRooms = groups;
        startIfReady();
    }

    boolean awaitsResume() {
        return awaitsCursors;
    }

    boolean hasRoomFor(Resume resume) {
        return resume.getCursorsCount() <= Limits.CURSORS_PER_FRAME
                && delivery.size() + resume.getCursorsCount() <= MAX_RESUMED;
    }

    void resume(ConversationKey conversation, long position) {
        if (cursorsCount) {
            delivery.resume(conversation, position);
        }
    }

    /** Everything that the frame names was resumed. */
    void resumed(Resume frame) {
        if (cursorsCount) {
            delivery.resumeCompleteAsOf(frame.getCompleteAsOfMs());
        }
        if (frame.getLast()) {
            withCursors = cursorsCount;
            awaitsCursors = false;
            startIfReady();
        }
    }

    /** The session is in its rooms. */
    void entered() {
        awaitsRooms = false;
        startIfReady();
    }

    private void startIfReady() {
        if (!awaitsCursors && !awaitsRooms && delivery.awaitsResume()) {
            delivery.start(withCursors);
        }
    }
}
