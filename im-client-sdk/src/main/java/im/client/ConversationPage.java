package im.client;

import java.util.List;

/**
 * A part of the list of conversations.
 *
 * @param conversations the most recently active first
 * @param next what to ask for the next page with; empty on the last one
 */
public record ConversationPage(List<ConversationSummary> conversations, String next) {
    public ConversationPage {
        conversations = List.copyOf(conversations);
    }

    public boolean hasNext() {
        return !next.isEmpty();
    }
}
