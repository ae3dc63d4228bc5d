package im.client;

import static org.assertj.core.api.Assertions.assertThat;

import im.client.FakePolls.Told;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client that polls does about a request that the gateway did not take. */
class PollRefusalsTest {
    /** More than a session stands of failures. */
    private static final int MANY = 7;

    private FakePolls gateway;
    private ImClient client;

    @BeforeEach
    void aGatewayForPolls() throws IOException {
        gateway = new FakePolls();
        client = ImClient.builder()
                .endpoint(gateway.url())
                .token("secret")
                .reconnectBackoff(Duration.ofMillis(1), Duration.ofMillis(20))
                .closeTimeout(Duration.ofMillis(100))
                .build();
    }

    @AfterEach
    void end() {
        client.close();
        gateway.close();
    }

    private void connectAndSend() throws Exception {
        client.connect().toCompletableFuture().get(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        client.send("bob", "hello");
    }

    @Test
    void oneThatIsPutOffIsRepeatedUntilItIsTakenAndCostsNoSession() throws Exception {
        for (int i = 0; i < MANY; i++) {
            gateway.refuse(429, Optional.of("0"));
        }
        connectAndSend();

        for (int i = 0; i <= MANY; i++) {
            Told told = gateway.next();
            assertThat(told.session()).isEqualTo("session-1");
            assertThat(told.request()).isEqualTo("2");
        }
        assertThat(client.state()).isEqualTo(ConnectionState.LIVE);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void itIsRepeatedNoSoonerThanTheGatewayAsks(int status) throws Exception {
        gateway.refuse(status, Optional.of("1"));
        connectAndSend();

        Told first = gateway.next();
        Told again = gateway.next();
        assertThat(again.session()).isEqualTo(first.session());
        assertThat(again.request()).isEqualTo(first.request());
        assertThat(Duration.ofNanos(again.nanos() - first.nanos())).isGreaterThan(Duration.ofMillis(990));
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 405, 413, 415})
    void oneThatWillNeverBeTakenEndsTheSessionAtOnce(int status) throws Exception {
        gateway.refuse(status, Optional.empty());
        connectAndSend();

        assertThat(gateway.next().session()).isEqualTo("session-1");
        assertThat(gateway.next().session()).isEqualTo("session-2");
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 502, 503})
    void oneThatFailsIsRepeatedAFewTimes(int status) throws Exception {
        for (int i = 0; i < 5; i++) {
            gateway.refuse(status, Optional.empty());
        }
        connectAndSend();

        for (int i = 0; i < 5; i++) {
            assertThat(gateway.next().session()).isEqualTo("session-1");
        }
        assertThat(gateway.next().session()).isEqualTo("session-2");
    }
}
