package im.testkit.load;

import im.testkit.history.Start;
import im.testkit.net.TcpProxy.Direction;
import java.util.List;

/** The answers to sends are lost with the connection, so that every one of them is sent again. */
public final class LostAnswers {
    private static final int BURST = 5;

    private final Stage stage;
    private final App sender;
    private final App receiver;

    public LostAnswers(Stage stage) {
        this.stage = stage;
        this.sender = stage.app("sender", "phone", Start.NEW_FROM_FIRST_HELD).connect();
        this.receiver =
                stage.app("receiver", "phone", Start.NEW_FROM_FIRST_HELD).connect();
        stage.awaitLive(List.of(sender, receiver));
    }

    /** Sends a few, waits until the receiver has them, and cuts the sender's connection. */
    public void round() {
        long had = receiver.received();
        sender.proxy().hold(Direction.TO_CLIENT);
        for (int i = 0; i < BURST; i++) {
            sender.send(receiver.uid(), "sent twice " + stage.random().nextInt());
        }
        Stage.await(() -> receiver.received() >= had + BURST, "what was sent, at its receiver");
        sender.proxy().cut();
        sender.proxy().release();
        stage.awaitLive(List.of(sender));
    }
}
