package im.client.internal.order;

import im.protocol.v1.Conversation;

/** A conversation as one text: the uid of the other side, or {@code g|} and the group's id; no uid has a {@code |}. */
public final class ConversationText {
    private static final String GROUP = "g|";

    private ConversationText() {}

    public static String of(Conversation conversation) {
        return conversation.hasGroup() ? ofGroup(conversation.getGroup()) : conversation.getPeer();
    }

    public static String ofGroup(String group) {
        return GROUP + group;
    }

    public static boolean isGroup(String text) {
        return text.startsWith(GROUP);
    }

    /** Of a text of a group. */
    public static String group(String text) {
        return text.substring(GROUP.length());
    }

    public static Conversation onWire(String text) {
        Conversation.Builder named = Conversation.newBuilder();
        return (isGroup(text) ? named.setGroup(group(text)) : named.setPeer(text)).build();
    }
}
