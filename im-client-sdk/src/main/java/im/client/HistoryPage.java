package im.client;

import java.util.List;

/**
 * A part of a conversation's past.
 *
 * @param messages the oldest first
 * @param more whether older ones are held
 * @param truncated whether there were older ones that are held no more; only told where {@code more} is not
 */
public record HistoryPage(List<ReceivedMessage> messages, boolean more, boolean truncated) {
    public HistoryPage {
        messages = List.copyOf(messages);
    }
}
