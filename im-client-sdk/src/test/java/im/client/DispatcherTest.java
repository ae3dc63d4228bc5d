package im.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.protocol.v1.Frame;
import im.protocol.v1.GoAway;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a client goes that asks a dispatcher, or is told by a gateway. */
@ExtendWith(LeakCheck.class)
class DispatcherTest {
    private final FakeDispatcher dispatcher;
    private final FakeGateway other = FakeGateway.tcp();

    DispatcherTest() throws Exception {
        dispatcher = new FakeDispatcher();
    }

    @AfterEach
    void close() {
        dispatcher.close();
        other.close();
    }

    private UnaryOperator<ImClient.Builder> dispatched() {
        return builder -> builder.endpoints(List.of()).dispatcher(dispatcher.uri());
    }

    private static URI nobody() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return URI.create("tcp://127.0.0.1:" + socket.getLocalPort());
        }
    }

    @Test
    void aClientStartsFromADispatcherAlone() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.webSocket(), dispatched())) {
            dispatcher.names(it.gateway.uri());

            it.connect();

            assertThat(dispatcher.asked()).containsExactly("null");
        }
    }

    @Test
    void aNodeThatFailedIsPassedOverThoughTheDispatcherStillNamesItFirst() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), dispatched())) {
            dispatcher.names(nobody(), nobody(), it.gateway.uri());

            it.connect();

            assertThat(dispatcher.asked()).hasSize(3);
        }
    }

    @Test
    void aLostConnectionIsReasonToAskAgainNowWithTheUid() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), dispatched())) {
            dispatcher.names(it.gateway.uri());
            FakePeer peer = it.connect();
            dispatcher.names(other.uri());

            peer.hangUp();

            other.accept().greet();
            it.until(ConnectionState.LIVE);
            assertThat(dispatcher.asked()).containsExactly("null", "uid=" + FakePeer.UID);
        }
    }

    @Test
    void whileTheDispatcherIsGoneTheClientGoesByWhatItSaidLast() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), dispatched())) {
            dispatcher.names(it.gateway.uri(), other.uri());
            FakePeer peer = it.connect();
            dispatcher.close();

            peer.hangUp();

            it.reconnected();
        }
    }

    @Test
    void theNextOfTheLastKnownIsTriedWhenTheFirstIsGoneToo() throws Exception {
        FakeGateway first = FakeGateway.tcp();
        try (ClientFixture it = new ClientFixture(first, dispatched())) {
            dispatcher.names(first.uri(), other.uri());
            it.connect();
            dispatcher.close();

            first.close();

            other.accept().greet();
        }
    }

    @Test
    void whileTheDispatcherHangsTheEndpointsThatWereGivenAreTried() throws Exception {
        dispatcher.hangs();
        try (ClientFixture it = new ClientFixture(
                FakeGateway.tcp(),
                builder -> builder.dispatcher(dispatcher.uri()).connectTimeout(Duration.ofSeconds(10)))) {
            it.connect();

            assertThat(dispatcher.asked()).hasSize(1);
        }
    }

    static List<String> answersOfNoUse() {
        return List.of(
                "",
                "<html>",
                "[]",
                "{}",
                "{\"endpoints\":{}}",
                "{\"endpoints\":[]}",
                "{\"endpoints\":[{\"ws\":\"http://h:1\",\"tcp\":7}, null, 3]}",
                "{\"endpoints\":[{\"tcp\":\"tcp://127.0.0.1:1\"}]",
                "{\"endpoints\":[{\"tcp\":\"tcp://127.0.0.1:1\"}]} {}",
                "[".repeat(1_000),
                "\"" + "x".repeat(70_000) + "\"");
    }

    @ParameterizedTest
    @MethodSource("answersOfNoUse")
    void anAnswerThatNamesNoEndpointIsAsGoodAsNone(String body) throws Exception {
        dispatcher.says(200, body);
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), builder -> builder.dispatcher(dispatcher.uri()))) {
            it.connect();
        }
    }

    @Test
    void whenNoGatewayTakesClientsTheDispatchersTimeIsKept() throws Exception {
        dispatcher.refuses(503, 1);
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp(), dispatched())) {
            CompletableFuture<Void> connected = it.client.connect().toCompletableFuture();
            StateChange waiting = it.until(ConnectionState.WAITING);
            long began = System.nanoTime();
            assertThat(waiting.reason()).contains("503");
            dispatcher.names(it.gateway.uri());

            it.gateway.accept().greet();

            ClientFixture.get(connected);
            assertThat(System.nanoTime() - began).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(900));
        }
    }

    @Test
    void aGatewayThatStopsTellsWhereToGo() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();

            peer.say(Frame.newBuilder()
                    .setGoAway(GoAway.newBuilder()
                            .addEndpoints("nonsense")
                            .addEndpoints(other.uri().toString())
                            .setReconnectAfterMs(1)));

            other.accept().greet();
            it.until(ConnectionState.LIVE);
        }
    }

    @Test
    void ifNobodyIsWhereAGatewaySendsItsClientsTheyGoWhereTheyWereToGoFirst() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();

            peer.say(Frame.newBuilder()
                    .setGoAway(GoAway.newBuilder()
                            .addEndpoints(nobody().toString())
                            .setReconnectAfterMs(1)));
            peer.hangUp();

            it.reconnected();
        }
    }

    @Test
    void whatIsNoUrlOfADispatcherIsRefusedWhenTheClientIsBuilt() {
        ImClient.Builder builder = ImClient.builder().token("t");

        assertThatThrownBy(builder::build).hasMessageContaining("endpoint").hasMessageContaining("dispatcher");
        assertThatThrownBy(() -> builder.dispatcher(URI.create("ws://h:1")).build())
                .hasMessageContaining("dispatcher: ws://h:1");
    }
}
