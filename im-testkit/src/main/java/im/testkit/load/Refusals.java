package im.testkit.load;

import im.client.OutgoingMessage;
import im.testkit.history.Start;
import java.util.List;
import java.util.UUID;

/**
 * Sends that the log has to refuse, among others that it takes: known ids with another body, and more at once than a
 * short queue holds. What was answered before the log had its say is found out.
 */
public final class Refusals {
    private static final int REUSED = 10;
    private static final int BURST = 240;

    private final Stage stage;
    private final App sender;
    private final App receiver;

    public Refusals(Stage stage) {
        this.stage = stage;
        this.sender = stage.app("sender", "phone", Start.NEW_FROM_FIRST_HELD).connect();
        this.receiver =
                stage.app("receiver", "phone", Start.NEW_FROM_FIRST_HELD).connect();
        stage.awaitLive(List.of(sender, receiver));
    }

    public void round() {
        for (int i = 0; i < REUSED; i++) {
            String id = new UUID(stage.random().nextLong(), stage.random().nextLong()).toString();
            sender.send(OutgoingMessage.text(receiver.uid(), "a body").withMessageId(id))
                    .thenRun(() -> {
                        sender.send(OutgoingMessage.text(receiver.uid(), "another body")
                                .withMessageId(id));
                        sender.send(receiver.uid(), "what follows");
                    });
        }
        for (int i = 0; i < BURST; i++) {
            sender.send("stranger" + i, "a conversation of its own");
        }
    }
}
