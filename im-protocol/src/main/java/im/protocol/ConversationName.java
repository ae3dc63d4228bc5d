package im.protocol;

import im.protocol.v1.Conversation;

/**
 * How a conversation is called on the wire: relative to its reader.
 *
 * @param group whether {@code id} is a group's; otherwise it is the uid of the other side
 */
public record ConversationName(boolean group, String id) {

    public static ConversationName peer(String uid) {
        return new ConversationName(false, uid);
    }

    public static ConversationName group(String group) {
        return new ConversationName(true, group);
    }

    /** What {@code reader}, one of the two of a direct conversation, calls it. */
    public static ConversationName of(ConversationKey conversation, String reader) {
        return conversation.isGroup() ? group(conversation.group()) : peer(conversation.peerOf(reader));
    }

    public Conversation onWire() {
        Conversation.Builder named = Conversation.newBuilder();
        return (group ? named.setGroup(id) : named.setPeer(id)).build();
    }
}
