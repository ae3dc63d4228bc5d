package im.client;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A message as the gateway accepted it, byte for byte. Immutable but for its acknowledgement; any thread. */
public final class ReceivedMessage {
    private final Conversation conversation;
    private final long position;
    private final String messageId;
    private final String sender;
    private final String senderDevice;
    private final Instant acceptedAt;
    private final String contentType;
    private final Content content;
    private final boolean own;
    private final boolean redelivered;
    private final Runnable acknowledgement;

    /** @param acknowledgement may run on any thread, any number of times */
    ReceivedMessage(
            Conversation conversation,
            long position,
            String messageId,
            String sender,
            String senderDevice,
            Instant acceptedAt,
            String contentType,
            Content content,
            boolean own,
            boolean redelivered,
            Runnable acknowledgement) {
        this.conversation = conversation;
        this.position = position;
        this.messageId = messageId;
        this.sender = sender;
        this.senderDevice = senderDevice;
        this.acceptedAt = acceptedAt;
        this.contentType = contentType;
        this.content = content;
        this.own = own;
        this.redelivered = redelivered;
        this.acknowledgement = acknowledgement;
    }

    public Conversation conversation() {
        return conversation;
    }

    /** The other uid of the direct conversation; one's own for notes to oneself. Empty in a group. */
    public String conversationPeer() {
        return conversation.peer();
    }

    /** What it changes of its group's membership; null for a message. */
    public @Nullable MembershipChange membership() {
        return content instanceof Content.Membership membership ? membership.change() : null;
    }

    /** Where it stands in its conversation; increasing, with gaps. */
    public long position() {
        return position;
    }

    /** The sender's id, a canonical lower-case UUID. */
    public String messageId() {
        return messageId;
    }

    /** The authenticated uid that sent it. */
    public String sender() {
        return sender;
    }

    public String senderDevice() {
        return senderDevice;
    }

    /** When the message log had it durably, by the gateway's clock. */
    public Instant acceptedAt() {
        return acceptedAt;
    }

    /** As the sender gave it; may be empty. */
    public String contentType() {
        return contentType;
    }

    public Content content() {
        return content;
    }

    /** Whether this client's uid sent it, from this device or another of its own. */
    public boolean own() {
        return own;
    }

    /**
     * Whether an earlier run of the app was given it, or was just about to be, and did not acknowledge it. Only a client
     * with a store knows; without one it is always false.
     */
    public boolean redelivered() {
        return redelivered;
    }

    /** The content as text; data is read as UTF-8, and a membership change is none. */
    public String text() {
        if (content instanceof Content.Data data) {
            return new String(data.bytes(), StandardCharsets.UTF_8);
        }
        return content instanceof Content.Text text ? text.value() : "";
    }

    /**
     * With {@link ImClient.Builder#manualAcknowledgement()}: the app has this message and everything before it in the
     * conversation. Returns at once; may be called at any time, in any order, again. Otherwise, and on a message from
     * history, it does nothing.
     */
    public void acknowledge() {
        acknowledgement.run();
    }

    /** For logs: no content. */
    @Override
    public String toString() {
        return "ReceivedMessage[" + conversation + " " + position + " " + messageId + "]";
    }
}
