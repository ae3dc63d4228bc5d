package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.delivery.Delivery;
import im.gateway.delivery.Reached;
import im.gateway.ingress.SendCheck;
import im.gateway.service.SessionServices;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.v1.Ack;
import im.protocol.v1.Code;
import im.protocol.v1.Cursor;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The positions that a client says it has, or has read: judged against what there is (D29) and then made durable. What a
 * frame claims falsely is refused once, however many of its cursors do. Event loop only.
 */
final class ClaimedPositions {
    private final SessionServices services;
    private final Connection connection;
    private final String uid;
    private final String device;
    private final boolean groups;
    private final Delivery delivery;
    private final Runnable settled;

    /** How long an acknowledgement in a group may wait for others. */
    private static final long GROUP_CURSOR_MILLIS = 1_000;

    /** Acknowledged in groups, and not written yet; null where there is nothing. */
    private @Nullable Map<ConversationKey, Long> ofGroups;

    private @Nullable GroupReads groupReads;

    /** Cursor writes that are not on disk yet (D27). */
    private int writes;

    /** @param settled called when a claim that had to wait for the store was judged */
    ClaimedPositions(
            SessionServices services,
            Connection connection,
            String uid,
            String device,
            boolean groups,
            Delivery delivery,
            Runnable settled) {
        this.services = services;
        this.connection = connection;
        this.uid = uid;
        this.device = device;
        this.groups = groups;
        this.delivery = delivery;
        this.settled = settled;
    }

    /** One frame's refusal, said once. */
    private final class Refusal {
        private final long ref;
        private boolean said;

        Refusal(long ref) {
            this.ref = ref;
        }

        void say(SendCheck.Refusal refusal) {
            say(refusal.code(), refusal.field(), refusal.text());
        }

        void say(Code code, String field, String text) {
            if (!said) {
                said = true;
                Frame frame = Frame.newBuilder()
                        .setRef(ref)
                        .setError(
                                Error.newBuilder().setCode(code).setField(field).setText(text))
                        .build();
                connection.write(connection.wire().encode(frame, connection.alloc()));
            }
        }

        /** A client that says it again later loses nothing; one that does not is only pushed to again. */
        void notNow() {
            say(Code.UNAVAILABLE, "position", "the server has not got that far again yet");
        }

        void position(String above) {
            say(Code.BAD_RANGE, "position", "negative, or above " + above);
        }
    }

    void acknowledged(long ref, Ack ack) {
        Refusal refusal = new Refusal(ref);
        if (ack.getCursorsCount() > Limits.CURSORS_PER_FRAME) {
            refusal.say(Code.TOO_LARGE, "cursors", "at most " + Limits.CURSORS_PER_FRAME + " cursors a frame");
            return;
        }
        for (Cursor cursor : ack.getCursorsList()) {
            ConversationKey conversation = conversation(cursor, refusal);
            if (conversation == null) {
                return;
            }
            acknowledged(conversation, cursor.getPosition(), refusal);
        }
    }

    /** Whether there can be such a position, or 0: what stands before the first. Any view can tell, however far behind. */
    static boolean isPosition(long position) {
        return position >= 0 && position <= Limits.POSITION;
    }

    private @Nullable ConversationKey conversation(Cursor cursor, Refusal refusal) {
        ConversationKey conversation = SendCheck.conversation(uid, cursor.getConversation());
        if (conversation != null && conversation.isGroup() && !groups) {
            refusal.say(SendCheck.NO_GROUPS);
            return null;
        }
        if (conversation == null) {
            refusal.say(SendCheck.NO_CONVERSATION);
        }
        return conversation;
    }

    private void acknowledged(ConversationKey conversation, long position, Refusal refusal) {
        if (!isPosition(position)) {
            refuseAck(refusal);
            return;
        }
        switch (delivery.judge(conversation, position)) {
            case HONEST -> raise(conversation, position);
            case TOO_HIGH -> refuseAck(refusal);
            case ASK_HEAD ->
                delivery.headReads().ask(conversation, position, reached -> {
                    switch (reached) {
                        case YES -> raise(conversation, position);
                        case NO -> refuseAck(refusal);
                        case UNKNOWN -> refusal.notNow();
                    }
                    settled.run();
                });
        }
    }

    private void refuseAck(Refusal refusal) {
        services.metrics().refusedAcknowledgement();
        refusal.position("what was delivered");
    }

    private void raise(ConversationKey conversation, long position) {
        services.metrics().acknowledged();
        if (position > 0 && delivery.acknowledge(conversation, position)) {
            if (conversation.isGroup()) {
                raiseSoon(conversation, position);
            } else {
                write(conversation, position);
            }
        }
    }

    private void write(ConversationKey conversation, long position) {
        writes++;
        services.cursors().raise(uid, device, conversation, position, connection.loop(), () -> writes--);
    }

    /** In a busy group everybody acknowledges everything: of each, the newest once in a while is enough. */
    private void raiseSoon(ConversationKey conversation, long position) {
        Map<ConversationKey, Long> gathered = ofGroups;
        if (gathered == null) {
            gathered = new HashMap<>();
            ofGroups = gathered;
            connection.loop().schedule(this::writeGathered, GROUP_CURSOR_MILLIS);
        }
        gathered.merge(conversation, position, Math::max);
    }

    /** What was acknowledged in groups and is not written yet; also when the connection is gone. */
    void writeGathered() {
        Map<ConversationKey, Long> gathered = ofGroups;
        ofGroups = null;
        if (gathered != null) {
            gathered.forEach(this::write);
        }
    }

    /** D29 holds for read positions too; the last word of a client that leaves counts, as no device says it again. */
    void read(long ref, Cursor upTo) {
        Refusal refusal = new Refusal(ref);
        ConversationKey conversation = conversation(upTo, refusal);
        if (conversation == null) {
            return;
        }
        long position = upTo.getPosition();
        if (!isPosition(position)) {
            refusal.position("the conversation's head");
            return;
        }
        delivery.headReads().askBeyondClose(conversation, position, reached -> {
            if (reached == Reached.NO) {
                refusal.position("the conversation's head");
            } else if (reached == Reached.UNKNOWN) {
                refusal.notNow();
            } else if (position > 0) {
                services.cursors()
                        .raiseRead(uid, conversation, position, connection.loop(), () -> told(conversation, position));
            }
            settled.run();
        });
    }

    /** In a direct conversation whoever writes it tells it. */
    private void told(ConversationKey conversation, long position) {
        if (conversation.isGroup()) {
            GroupReads reads = groupReads;
            if (reads == null) {
                reads = new GroupReads(services, connection.loop(), uid);
                groupReads = reads;
            }
            reads.read(conversation.group(), position);
        }
    }

    boolean isQuiet() {
        return writes == 0 && ofGroups == null;
    }

    @Override
    public String toString() {
        return "cursorWrites=" + writes;
    }
}
