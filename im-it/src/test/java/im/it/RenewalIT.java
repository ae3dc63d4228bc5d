package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.ConnectionState;
import im.client.ImClient;
import im.client.SendOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A token that ends under the Java client, on a real server. */
class RenewalIT {
    @RegisterExtension
    static final TestServer SERVER = new TestServer(spec -> spec.set("session.heartbeat", "40s"));

    private final String ann = TestServer.uid("ann");

    @Test
    void aConnectionOutlivesItsFirstToken() {
        // It is told of the end within the second half, up to a quarter of a heartbeat late.
        Instant end = Instant.now().plus(Duration.ofSeconds(40));
        AtomicInteger asked = new AtomicInteger();
        try (ImClient client = ImClient.builder()
                .endpoint(SERVER.process().ws())
                .tokenSupplier(() -> CompletableFuture.completedStage(
                        asked.incrementAndGet() == 1 ? SERVER.process().tokens().of(ann, end) : SERVER.token(ann)))
                .build()) {
            client.blocking().connect();

            await().until(() -> Instant.now().isAfter(end.plusSeconds(4)));

            assertThat(client.blocking().send(ann, "still here")).isInstanceOf(SendOutcome.Accepted.class);
            assertThat(client.state()).isEqualTo(ConnectionState.LIVE);
            assertThat(client.stats().reconnects()).isZero();
            assertThat(asked).hasValue(2);
        }
    }

    @Test
    void withoutAFreshTokenTheConnectionEndsWithItsTokenAndNotBefore() {
        Instant end = Instant.now().plus(Duration.ofSeconds(6));
        try (ImClient client = ImClient.builder()
                .endpoint(SERVER.process().ws())
                .token(SERVER.process().tokens().of(ann, end))
                .build()) {
            client.blocking().connect();

            await().until(() -> client.state() == ConnectionState.CLOSED);

            assertThat(Instant.now()).isAfter(end.minusSeconds(1));
        }
    }
}
