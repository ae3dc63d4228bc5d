package im.testkit.load;

import im.testkit.history.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Apps with a backlog connect while messages for them arrive, each in a conversation of its own that then stays silent:
 * what falls between reading the heads and being registered would never come.
 */
public final class ConnectUnderTraffic {
    private static final int RECEIVERS = 3;
    private static final int SENDERS = 12;
    private static final int BACKLOG = 60;
    private static final Duration DELAY = Duration.ofMillis(5);

    private final Stage stage;
    private final List<App> receivers = new ArrayList<>();
    private final App chatter;
    private int round;

    public ConnectUnderTraffic(Stage stage) {
        this.stage = stage;
        this.chatter = stage.app("chatter", "phone", Start.NEW_FROM_FIRST_HELD).connect();
        for (int i = 0; i < RECEIVERS; i++) {
            receivers.add(stage.app("receiver" + i, "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect());
        }
        stage.awaitLive(stage.apps());
    }

    /** Each sender of a round sends one message to each receiver, while these catch up. */
    public void round() {
        round++;
        receivers.forEach(App::disconnect);
        for (App receiver : receivers) {
            receiver.proxy().delay(DELAY);
            for (int i = 0; i < BACKLOG; i++) {
                chatter.send(receiver.uid(), new byte[8 * 1024]);
            }
        }
        List<App> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            senders.add(stage.app("sender" + round + "-" + i, "phone", Start.NEW_FROM_FIRST_HELD)
                    .connect());
        }
        stage.awaitLive(senders);
        Stage.await(() -> chatter.client().unsettled() == 0, Duration.ofSeconds(20), "backlog accepted");
        receivers.forEach(App::connect);
        Collections.shuffle(senders, stage.random());
        for (App sender : senders) {
            receivers.forEach(receiver -> sender.send(receiver.uid(), "while you connect"));
            stage.pause(8);
        }
        stage.awaitLive(receivers);
    }
}
