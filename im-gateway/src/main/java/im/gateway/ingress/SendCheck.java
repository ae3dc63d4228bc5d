package im.gateway.ingress;

import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.protocol.Limits;
import im.protocol.MembershipRules;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Send;
import org.jspecify.annotations.Nullable;

/** Whether a Send is well formed, its message id apart. No state. */
public final class SendCheck {

    /** Why a Send is refused; {@code field} names the part of the frame. */
    public record Refusal(Code code, String field, String text) {}

    /** To who did not ask for groups, or of a server without them. */
    public static final Refusal NO_GROUPS =
            new Refusal(Code.UNSUPPORTED, "conversation", "groups are not part of this session");

    /** To who names something else where a conversation is expected. */
    public static final Refusal NO_CONVERSATION =
            new Refusal(Code.MALFORMED, "conversation", "names no peer and no group, or one that is no id");

    private SendCheck() {}

    /** The conversation that a client's words name, or null when they name none. */
    public static @Nullable ConversationKey conversation(String uid, Conversation conversation) {
        if (conversation.hasGroup()) {
            return Ids.isValid(conversation.getGroup()) ? ConversationKey.group(conversation.getGroup()) : null;
        }
        return conversation.hasPeer() && Ids.isValid(conversation.getPeer())
                ? ConversationKey.direct(uid, conversation.getPeer())
                : null;
    }

    /**
     * Null when the body may be sent.
     *
     * @param limit bytes of content
     */
    public static @Nullable Refusal body(Send send, int limit) {
        if (send.hasMembership()) {
            return membership(send);
        }
        String contentType = send.getContentType();
        if (contentType.length() > Limits.CONTENT_TYPE_LENGTH || !isPrintable(contentType)) {
            return new Refusal(
                    Code.MALFORMED,
                    "content_type",
                    "content_type is not at most " + Limits.CONTENT_TYPE_LENGTH + " printable ASCII characters");
        }
        int bytes = send.hasData() ? send.getData().size() : send.getTextBytes().size();
        if (bytes > limit) {
            return new Refusal(Code.TOO_LARGE, "content", "content has " + bytes + " bytes, the limit is " + limit);
        }
        return null;
    }

    private static @Nullable Refusal membership(Send send) {
        if (!send.getConversation().hasGroup()) {
            return new Refusal(Code.MALFORMED, "membership", "a membership change goes into a group");
        }
        MembershipRules.Problem problem = MembershipRules.check(send);
        return problem == null
                ? null
                : new Refusal(problem.tooLarge() ? Code.TOO_LARGE : Code.MALFORMED, problem.field(), problem.text());
    }

    private static boolean isPrintable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < 0x20 || text.charAt(i) > 0x7e) {
                return false;
            }
        }
        return true;
    }
}
