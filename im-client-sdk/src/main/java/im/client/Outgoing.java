package im.client;

import com.google.protobuf.UnsafeByteOperations;
import im.client.internal.order.ConversationText;
import im.protocol.Ids;
import im.protocol.Limits;
import im.protocol.MembershipRules;
import im.protocol.MessageId;
import im.protocol.v1.Send;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** From the app's words to the protocol's, and what can be refused without asking the gateway. No state. */
final class Outgoing {
    private Outgoing() {}

    /** The id that the app gave, or a new one. */
    static String messageId(OutgoingMessage message) {
        String given = message.messageId();
        return given != null
                ? given
                : MessageId.create(System.currentTimeMillis(), ThreadLocalRandom.current())
                        .toString();
    }

    /** Why it cannot be sent, or null if it can. */
    static SendOutcome.@Nullable Rejected refusal(OutgoingMessage message, String id, int payloadLimit) {
        if (MessageId.parse(id) == null) {
            return new SendOutcome.Rejected(id, ErrorCode.MALFORMED, "message id is not a canonical lower-case UUID");
        }
        if (!Ids.isValid(message.conversation().id())) {
            String what = message.conversation().isGroup() ? "group" : "peer";
            return new SendOutcome.Rejected(id, ErrorCode.MALFORMED, what + " is not 1-64 of [A-Za-z0-9._@+=-]");
        }
        if (message.content() instanceof Content.Membership) {
            return refusal(send(message, id), id);
        }
        if (message.contentType().length() > Limits.CONTENT_TYPE_LENGTH || !isPrintable(message.contentType())) {
            return new SendOutcome.Rejected(
                    id,
                    ErrorCode.MALFORMED,
                    "content type is not at most " + Limits.CONTENT_TYPE_LENGTH + " printable ASCII characters");
        }
        if (message.content() instanceof Content.Text text && hasLoneSurrogate(text.value())) {
            return new SendOutcome.Rejected(id, ErrorCode.MALFORMED, "text with a lone surrogate");
        }
        int size = message.content().sizeBytes();
        return size <= payloadLimit
                ? null
                : new SendOutcome.Rejected(
                        id, ErrorCode.TOO_LARGE, "content of " + size + " bytes, at most " + payloadLimit);
    }

    private static SendOutcome.@Nullable Rejected refusal(Send send, String id) {
        if (!send.getConversation().hasGroup()) {
            return new SendOutcome.Rejected(id, ErrorCode.MALFORMED, "a membership change goes into a group");
        }
        MembershipRules.Problem problem = MembershipRules.check(send);
        return problem == null
                ? null
                : new SendOutcome.Rejected(
                        id, problem.tooLarge() ? ErrorCode.TOO_LARGE : ErrorCode.MALFORMED, problem.text());
    }

    private static boolean isPrintable(String text) {
        return text.chars().allMatch(c -> c >= 0x20 && c <= 0x7e);
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    /** Built once; what is sent again is the same. */
    static Send send(OutgoingMessage message, String id) {
        Send.Builder send = Send.newBuilder()
                .setMessageId(id)
                .setConversation(ConversationText.onWire(message.conversation().text()))
                .setContentType(message.contentType());
        if (message.content() instanceof Content.Data data) {
            send.setData(UnsafeByteOperations.unsafeWrap(data.bytes()));
        } else if (message.content() instanceof Content.Membership membership) {
            send.setMembership(Memberships.onWire(membership.change()));
        } else {
            send.setText(((Content.Text) message.content()).value());
        }
        return send.build();
    }
}
