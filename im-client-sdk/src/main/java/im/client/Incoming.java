package im.client;

import im.client.internal.order.ConversationText;
import im.protocol.v1.Envelope;
import im.protocol.v1.HeadsPage;
import im.protocol.v1.Placed;
import im.protocol.v1.SendResult;
import im.protocol.v1.SyncPage;
import im.protocol.v1.Transient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** From the protocol's words to the app's. No state. */
final class Incoming {
    private Incoming() {}

    /**
     * @param uid the one that this client is, to tell its own messages
     * @param acknowledgement what {@link ReceivedMessage#acknowledge()} does, on the thread that calls it
     */
    static ReceivedMessage message(
            String peer, Placed placed, String uid, boolean redelivered, Runnable acknowledgement) {
        Envelope envelope = placed.getEnvelope();
        return new ReceivedMessage(
                Conversation.ofText(peer),
                placed.getPosition(),
                envelope.getMessageId(),
                envelope.getSender(),
                envelope.getSenderDevice(),
                Instant.ofEpochMilli(envelope.getAcceptedMs()),
                envelope.getContentType(),
                content(envelope),
                envelope.getSender().equals(uid),
                redelivered,
                acknowledgement);
    }

    static Content content(Envelope envelope) {
        if (envelope.hasMembership()) {
            return new Content.Membership(Memberships.read(envelope.getMembership()));
        }
        return envelope.hasData()
                ? new Content.Data(envelope.getData().toByteArray())
                : new Content.Text(envelope.getText());
    }

    static TransientMessage passing(Transient passing, String uid) {
        Envelope envelope = passing.getEnvelope();
        return new TransientMessage(
                passing.getConversation().getPeer(),
                envelope.getSender(),
                envelope.getSenderDevice(),
                Instant.ofEpochMilli(envelope.getAcceptedMs()),
                envelope.getContentType(),
                content(envelope),
                envelope.getSender().equals(uid));
    }

    static HistoryPage history(SyncPage page, String peer, String uid) {
        List<ReceivedMessage> messages = new ArrayList<>(page.getPlacedCount());
        page.getPlacedList().forEach(placed -> messages.add(past(peer, placed, uid)));
        return new HistoryPage(messages, page.getMore(), page.getTruncated());
    }

    static ConversationPage conversations(HeadsPage page, String uid) {
        List<ConversationSummary> all = new ArrayList<>(page.getHeadsCount());
        for (HeadsPage.Head head : page.getHeadsList()) {
            if (head.getConversation().hasPeer() || head.getConversation().hasGroup()) {
                all.add(summary(head, ConversationText.of(head.getConversation()), uid));
            }
        }
        return new ConversationPage(all, page.getPage());
    }

    private static ConversationSummary summary(HeadsPage.Head head, String peer, String uid) {
        return new ConversationSummary(
                Conversation.ofText(peer),
                head.getHead(),
                head.getFirstHeld(),
                head.getRead(),
                head.getUnread(),
                head.getPeerDelivered(),
                head.getPeerRead(),
                head.hasLast() ? past(peer, head.getLast(), uid) : null,
                head.hasStanding() ? Memberships.read(head.getStanding()) : null);
    }

    private static ReceivedMessage past(String peer, Placed placed, String uid) {
        return message(peer, placed, uid, false, () -> {});
    }

    /** What became of a transient message. */
    static SendOutcome outcome(String messageId, SendResult result) {
        return switch (result.getCode()) {
            case OK -> new SendOutcome.Accepted(messageId, Instant.ofEpochMilli(result.getAcceptedMs()));
            case UNKNOWN_OUTCOME -> new SendOutcome.Unknown(messageId, result.getText());
            default -> new SendOutcome.Rejected(messageId, SendPromise.errorCode(result.getCode()), result.getText());
        };
    }
}
