package im.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import im.client.Content;
import im.client.ErrorCode;
import im.client.ImClient;
import im.client.OutgoingMessage;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Answers every text with the same text, also what came while it was down, and answers nothing twice: a message counts as
 * taken when its answer is accepted, and the answer's id is made from the message's, so that a second try after a crash
 * is the same answer.
 */
public final class EchoBot {
    private static final String ECHO = "text/x-echo";
    private static final Set<ErrorCode> FOR_NOW =
            EnumSet.of(ErrorCode.UNAVAILABLE, ErrorCode.OVERLOADED, ErrorCode.RATE_LIMITED, ErrorCode.INTERNAL);

    private final ImClient client;
    /** Whose messages are not acknowledged any more, since that would cover one without an answer: the next run tries. */
    private final Set<String> unanswered = ConcurrentHashMap.newKeySet();

    private EchoBot(URI gateway, String token, Path folder) {
        client = ImClient.builder()
                .endpoint(gateway)
                .token(token)
                .storeFolder(folder)
                .manualAcknowledgement()
                .messageListener(this::onMessage)
                .build();
    }

    private void onMessage(ReceivedMessage message) {
        if (message.own() || message.contentType().equals(ECHO)) {
            taken(message); // two bots would go on for ever
            return;
        }
        UUID id = UUID.nameUUIDFromBytes(("echo of " + message.messageId()).getBytes(UTF_8));
        client.send(new OutgoingMessage(message.sender(), id.toString(), ECHO, new Content.Text(message.text())))
                .thenAccept(outcome -> {
                    if (isOpen(outcome)) {
                        unanswered.add(message.conversationPeer());
                    }
                    taken(message);
                });
    }

    /** Whether another try may end otherwise. */
    private static boolean isOpen(SendOutcome outcome) {
        return outcome instanceof SendOutcome.Unknown
                || (outcome instanceof SendOutcome.Rejected rejected && FOR_NOW.contains(rejected.code()));
    }

    private void taken(ReceivedMessage message) {
        if (!unanswered.contains(message.conversationPeer())) {
            message.acknowledge();
        }
    }

    public static void main(String[] args) throws InterruptedException {
        EchoBot bot = new EchoBot(URI.create(args[0]), args[1], Path.of(args[2]));
        Runtime.getRuntime().addShutdownHook(new Thread(bot.client::close));
        bot.client.blocking().connect();
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
