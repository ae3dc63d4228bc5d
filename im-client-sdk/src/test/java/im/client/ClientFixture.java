package im.client;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Frame;
import im.protocol.v1.Welcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** A client under test with what its listeners were told, and the gateway it talks to. */
final class ClientFixture implements AutoCloseable {
    final FakeGateway gateway;
    final BlockingQueue<ReceivedMessage> messages = new LinkedBlockingQueue<>();
    final BlockingQueue<StateChange> states = new LinkedBlockingQueue<>();
    final ImClient client;

    ClientFixture(FakeGateway gateway) {
        this(gateway, builder -> builder);
    }

    ClientFixture(FakeGateway gateway, UnaryOperator<ImClient.Builder> settings) {
        this.gateway = gateway;
        this.client = settings.apply(ImClient.builder()
                        .endpoint(gateway.uri())
                        .token("secret")
                        .reconnectBackoff(Duration.ofMillis(1), Duration.ofMillis(20))
                        .closeTimeout(Duration.ofMillis(100))
                        .messageListener(messages::add)
                        .stateListener(states::add))
                .build();
    }

    /** Connects; returns the gateway's end, live. */
    FakePeer connect() throws Exception {
        CompletableFuture<Void> connected = client.connect().toCompletableFuture();
        FakePeer peer = gateway.accept();
        peer.greet();
        connected.get(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        return peer;
    }

    /** Connects to a gateway that takes payloads up to this size. */
    FakePeer connectWithPayloadsOf(int bytes) throws Exception {
        CompletableFuture<Void> connected = client.connect().toCompletableFuture();
        FakePeer peer = gateway.accept();
        peer.expect(Frame.BodyCase.HELLO);
        Welcome.Builder welcome = FakePeer.welcome();
        welcome.getLimitsBuilder().setPayloadBytes(bytes);
        peer.say(welcome);
        peer.caughtUp();
        connected.get(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        return peer;
    }

    /** The next connection, live. */
    FakePeer reconnected() throws InterruptedException {
        FakePeer peer = gateway.accept();
        peer.greet();
        return peer;
    }

    ReceivedMessage message() throws InterruptedException {
        ReceivedMessage message = messages.poll(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(message).as("a message").isNotNull();
        return message;
    }

    /** Waits for this state; returns the change that led to it. */
    StateChange until(ConnectionState state) throws InterruptedException {
        while (true) {
            StateChange change = states.poll(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
            assertThat(change).as("a change to %s", state).isNotNull();
            if (change.current() == state) {
                return change;
            }
        }
    }

    static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
    }

    List<String> texts(int count) throws InterruptedException {
        String[] texts = new String[count];
        for (int i = 0; i < count; i++) {
            texts[i] = message().text();
        }
        return List.of(texts);
    }

    @Override
    public void close() {
        client.close();
        gateway.close();
    }
}
