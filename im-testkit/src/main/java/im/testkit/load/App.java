package im.testkit.load;

import im.client.Conversation;
import im.client.OutgoingMessage;
import im.client.SendOutcome;
import im.testkit.client.RecordingClient;
import im.testkit.history.DeviceRun;
import im.testkit.history.Event;
import im.testkit.history.Start;
import im.testkit.net.TcpProxy;
import java.util.concurrent.CompletableFuture;

/** An app on one device, behind a proxy of its own, over all its runs. Driven by one thread. */
public final class App implements AutoCloseable {
    private final Stage stage;
    private final String uid;
    private final String device;
    private final TcpProxy proxy;
    private int run;
    private RecordingClient client;

    App(Stage stage, String uid, String device, Start start, TcpProxy proxy) {
        this.stage = stage;
        this.uid = uid;
        this.device = device;
        this.proxy = proxy;
        this.client = open(start);
    }

    private RecordingClient open(Start start) {
        run++;
        return stage.open(new DeviceRun(uid, device, run), start, proxy);
    }

    public String uid() {
        return uid;
    }

    public RecordingClient client() {
        return client;
    }

    public TcpProxy proxy() {
        return proxy;
    }

    /** Starts connecting, and stays at it; {@link Stage#awaitLive} waits. */
    public App connect() {
        CompletableFuture<Void> unused = client.connect();
        return this;
    }

    /** Disconnects, and waits until the socket is gone. */
    public void disconnect() {
        Stage.await(client.disconnect(), "disconnect of " + client.run());
    }

    public CompletableFuture<SendOutcome> send(String peer, String text) {
        return client.send(peer, text);
    }

    public CompletableFuture<SendOutcome> send(Conversation conversation, byte[] data) {
        return client.send(conversation, data);
    }

    public CompletableFuture<SendOutcome> send(String peer, byte[] data) {
        return client.send(peer, data);
    }

    /** Sends a message that has an id. */
    public CompletableFuture<SendOutcome> send(OutgoingMessage message) {
        return client.send(message);
    }

    /** Messages that it was called back with, over all its runs. */
    public long received() {
        return events(Event.CalledBack.class);
    }

    /** How often a connection ended on which it had been welcomed. */
    public long disconnections() {
        return events(Event.Disconnected.class);
    }

    private long events(Class<? extends Event> kind) {
        return stage.history().events().stream()
                .filter(event -> kind.isInstance(event)
                        && event.by().uid().equals(uid)
                        && event.by().device().equals(device))
                .count();
    }

    /** Ends this run and starts the next one on the same device; it does not connect yet. */
    public void restart() {
        Stage.await(client.stop(), "stop of " + client.run());
        client = open(Start.RESUMED);
    }

    @Override
    public void close() {
        Stage.await(client.stop(), "stop of " + client.run());
        proxy.close();
    }
}
