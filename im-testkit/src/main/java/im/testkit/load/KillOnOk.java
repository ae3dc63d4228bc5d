package im.testkit.load;

import im.client.SendOutcome;
import im.testkit.history.Start;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Kills the server the moment the first OK of a large batch is seen, with the receivers away: what was said to be
 * accepted must be on disk by then, in all views. Every round has senders of its own, so that no later message of a
 * conversation can repair what the kill left behind.
 */
public final class KillOnOk {
    private static final int SENDERS = 3;
    private static final int RECEIVERS = 8;
    private static final int PAYLOAD_BYTES = 32 * 1024;

    private final Stage stage;
    private final List<App> receivers = new ArrayList<>();
    private int round;

    public KillOnOk(Stage stage) {
        this.stage = stage;
        for (int i = 0; i < RECEIVERS; i++) {
            receivers.add(stage.app("receiver" + i, "phone", Start.NEW_FROM_FIRST_HELD));
        }
    }

    /** One kill; ends with the server running and the receivers away. */
    public void round() {
        round++;
        List<App> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            senders.add(stage.app("sender" + round + "-" + i, "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect());
        }
        receivers.forEach(App::connect);
        stage.awaitLive(stage.apps());
        receivers.forEach(App::disconnect);
        List<CompletableFuture<SendOutcome>> outcomes = new ArrayList<>();
        CompletableFuture<Void> killed = new CompletableFuture<>();
        for (App receiver : receivers) {
            for (App sender : senders) {
                outcomes.add(sender.send(receiver.uid(), payload()));
            }
        }
        outcomes.forEach(outcome -> outcome.thenAccept(result -> {
            if (result instanceof SendOutcome.Accepted && !killed.isDone()) {
                stage.server().killNow();
                killed.complete(null);
            }
        }));
        Stage.await(killed::isDone, "the first OK");
        stage.server().kill9();
        stage.server().start();
    }

    private byte[] payload() {
        byte[] payload = new byte[PAYLOAD_BYTES];
        stage.random().nextBytes(payload);
        return payload;
    }
}
