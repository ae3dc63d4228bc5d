package im.testkit.load;

import im.testkit.history.Start;
import java.util.ArrayList;
import java.util.List;

/**
 * Each sender writes one message into a conversation of its own, to receivers that have nothing else to do: where a
 * push is lost, no later message tells of it.
 */
public final class SilentPushes {
    /** The property of the server under which this is worth anything, and its value. */
    public static final String PROPERTY = "im.test.push-loss";

    public static final String LOSS = "0.3";

    private static final int RECEIVERS = 3;
    private static final int SENDERS = 8;

    private final Stage stage;
    private final List<App> receivers = new ArrayList<>();
    private int round;

    public SilentPushes(Stage stage) {
        this.stage = stage;
        for (int i = 0; i < RECEIVERS; i++) {
            receivers.add(
                    stage.app("silent" + i, "phone", Start.NEW_FROM_FIRST_HELD).connect());
        }
        stage.awaitLive(stage.apps());
    }

    public void round() {
        round++;
        List<App> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            senders.add(stage.app("once" + round + "-" + i, "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect());
        }
        stage.awaitLive(senders);
        for (App sender : senders) {
            receivers.forEach(receiver -> sender.send(receiver.uid(), "the only one"));
            stage.pause(8);
        }
    }
}
