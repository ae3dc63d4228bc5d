package im.testkit.checker;

import im.protocol.ConversationKey;

/** What makes a message the same message. */
record Identity(ConversationKey conversation, String sender, String messageId, String body) {

    @Override
    public String toString() {
        return "message " + messageId + " of " + sender + " in " + conversation;
    }
}
