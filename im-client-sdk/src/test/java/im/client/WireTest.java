package im.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a socket can bring besides frames. */
@ExtendWith(LeakCheck.class)
class WireTest {

    @ParameterizedTest
    @ValueSource(strings = {"Sec-WebSocket-Accept: x", "Sec-WebSocket-Protocol: y", "Connection: z", "HTTP/1.1 503 No"})
    void aWrongAnswerToTheUpgradeIsRefusedAndTriedAgain(String wrong) throws Exception {
        String name = wrong.substring(0, wrong.indexOf(wrong.startsWith("HTTP") ? ' ' : ':'));
        FakeGateway gateway =
                FakeGateway.webSocket(answer -> answer.replaceFirst("(?m)^" + name + ".*$", wrong + "\r"));
        try (ClientFixture it = new ClientFixture(gateway)) {
            it.client.connect();

            assertThat(it.until(ConnectionState.WAITING).reason()).contains("no WebSocket");
            gateway.accept();
            gateway.accept();
        }
    }

    @Test
    void aWebSocketCloseWithoutACloseFrameCountsByItsCode() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.webSocket())) {
            FakePeer peer = it.connect();

            peer.sayBytes((byte) 0x88, (byte) 2, (byte) (4409 >> 8), (byte) (4409 & 0xff));

            assertThat(it.until(ConnectionState.CLOSED).closeCode()).isEqualTo(4409);
        }
    }

    @Test
    void aWebSocketPingIsAnswered() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.webSocket())) {
            FakePeer peer = it.connect();

            peer.sayBytes((byte) 0x89, (byte) 2, (byte) 'h', (byte) 'i');

            await().until(() -> peer.pongs() == 1);
        }
    }

    @Test
    void bytesThatAreNoFrameEndTheConnectionAndItIsTriedAgain() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            it.until(ConnectionState.LIVE);

            peer.sayBytes((byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff);

            assertThat(it.until(ConnectionState.WAITING).closeCode()).isEqualTo(4413);
            it.reconnected();
        }
    }
}
