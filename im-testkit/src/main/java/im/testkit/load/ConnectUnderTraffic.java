package im.testkit.load;

import im.client.ConnectionState;
import im.testkit.history.Start;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Apps with a backlog connect while messages for them arrive, each in a conversation of its own that then stays silent:
 * what falls between reading the heads and being registered would never come. So that catch-up lasts, also as seen from
 * a busy machine, the backlog is some {@linkplain #WINDOW windows} over a link that is late.
 */
public final class ConnectUnderTraffic {
    private static final int RECEIVERS = 3;
    private static final int SENDERS = 12;
    private static final int BACKLOG = 60;
    private static final Duration DELAY = Duration.ofMillis(20);

    /** Messages on their way to one session, a setting of the server. */
    public static final String WINDOW = "session.window-messages";

    public static final int WINDOW_MESSAGES = 16;

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
        Stage.await(() -> chatter.client().unsettled() == 0, "backlog accepted");
        receivers.forEach(App::connect);
        Stage.await(() -> receivers.stream().anyMatch(ConnectUnderTraffic::isWelcome), "a receiver's Welcome");
        Collections.shuffle(senders, stage.random());
        for (App sender : senders) {
            receivers.forEach(receiver -> sender.send(receiver.uid(), "while you connect"));
            stage.pause(8);
        }
        stage.awaitLive(receivers);
    }

    private static boolean isWelcome(App app) {
        ConnectionState state = app.client().sdk().state();
        return state == ConnectionState.CATCHING_UP || state == ConnectionState.LIVE;
    }
}
