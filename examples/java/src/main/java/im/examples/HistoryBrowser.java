package im.examples;

import im.client.ConversationPage;
import im.client.ConversationSummary;
import im.client.HistoryPage;
import im.client.ImClient;
import im.client.NewDeviceStart;
import im.client.ReceivedMessage;
import java.net.URI;

/** Prints the list of conversations with unread counts, and of each its last messages, as an app does when it opens. */
public final class HistoryBrowser {
    private static final int MESSAGES = 20;
    private static final int PAGE = 8;

    private HistoryBrowser() {}

    public static void main(String[] args) {
        try (ImClient client = ImClient.builder()
                .endpoint(URI.create(args[0]))
                .token(args[1])
                .newDeviceStart(NewDeviceStart.HEADS)
                .build()) {
            client.blocking().connect();
            String next = "";
            do {
                ConversationPage page = client.conversations(50, next).join();
                page.conversations().forEach(conversation -> show(client, conversation));
                next = page.next();
            } while (!next.isEmpty());
        }
    }

    private static void show(ImClient client, ConversationSummary conversation) {
        System.out.println(conversation.peer() + ": " + conversation.unread() + " unread");
        printBackwards(client, conversation.peer());
        client.markRead(conversation.peer(), conversation.head());
    }

    /** The newest first, a page at a time, until there are enough or none is held before. */
    private static void printBackwards(ImClient client, String peer) {
        long before = Long.MAX_VALUE;
        for (int printed = 0; printed < MESSAGES; ) {
            HistoryPage page = client.history(peer, before, PAGE).join();
            for (int i = page.messages().size() - 1; i >= 0 && printed < MESSAGES; i--, printed++) {
                ReceivedMessage message = page.messages().get(i);
                System.out.println("  " + message.acceptedAt() + " " + message.sender() + ": " + message.text());
                before = message.position();
            }
            if (!page.more()) {
                System.out.println(page.truncated() ? "  (older ones are held no more)" : "  (the beginning)");
                return;
            }
        }
    }
}
