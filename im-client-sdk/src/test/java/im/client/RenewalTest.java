package im.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Code;
import im.protocol.v1.Error;
import im.protocol.v1.Expiring;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Renewed;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A token that ends while its connection lives. */
class RenewalTest {
    private final AtomicInteger asked = new AtomicInteger();

    private ClientFixture client() throws Exception {
        return new ClientFixture(
                FakeGateway.tcp(),
                builder -> builder.tokenSupplier(
                        () -> CompletableFuture.completedStage("token-" + asked.incrementAndGet())));
    }

    private static void expiring(FakePeer peer, long millis) {
        peer.say(Frame.newBuilder().setExpiring(Expiring.newBuilder().setInMs(millis)));
    }

    @Test
    void theSupplierIsAskedAgainAndTheConnectionLivesOn() throws Exception {
        try (ClientFixture it = client()) {
            FakePeer peer = it.connect();
            expiring(peer, 60_000);
            Frame renew = peer.expect(BodyCase.RENEW);
            assertThat(renew.getRenew().getToken()).isEqualTo("token-2");
            peer.say(Frame.newBuilder()
                    .setRef(renew.getRef())
                    .setRenewed(Renewed.newBuilder().setExpiresMs(System.currentTimeMillis() + 3_600_000)));
            it.client.send("bob", "still here");
            peer.expectSend("still here", false);

            peer.hangUp();

            assertThat(it.gateway.accept().expect(BodyCase.HELLO).getHello().getToken())
                    .as("the renewed token is good for the next connection too")
                    .isEqualTo("token-2");
        }
    }

    @Test
    void aRefusedRenewalKeepsTheConnectionAndIsTriedAgainWithAFreshToken() throws Exception {
        try (ClientFixture it = client()) {
            FakePeer peer = it.connect();
            expiring(peer, 4_000);
            peer.say(Frame.newBuilder()
                    .setRef(peer.expect(BodyCase.RENEW).getRef())
                    .setError(Error.newBuilder().setCode(Code.UNAUTHENTICATED)));

            Frame second = peer.expect(BodyCase.RENEW);

            assertThat(second.getRenew().getToken()).isEqualTo("token-3");
            assertThat(it.client.state()).isEqualTo(ConnectionState.LIVE);
        }
    }

    @Test
    void aSingleTokenIsNotRenewed() throws Exception {
        try (ClientFixture it = new ClientFixture(FakeGateway.tcp())) {
            FakePeer peer = it.connect();
            expiring(peer, 60_000);
            it.client.send("bob", "hi");

            peer.expectSend("hi", false);
        }
    }

    @Test
    void aTokenThatComesAfterItsConnectionRenewsNothing() throws Exception {
        CompletableFuture<String> late = new CompletableFuture<>();
        try (ClientFixture it = new ClientFixture(
                FakeGateway.tcp(),
                builder -> builder.tokenSupplier(
                        () -> asked.incrementAndGet() == 2 ? late : CompletableFuture.completedStage("token")))) {
            FakePeer peer = it.connect();
            expiring(peer, 60_000);
            await().until(() -> asked.get() == 2);
            peer.hangUp();
            FakePeer again = it.reconnected();
            it.until(ConnectionState.WAITING);
            it.until(ConnectionState.LIVE);

            late.complete("too late");
            it.client.send("bob", "hi");

            again.expectSend("hi", false);
        }
    }
}
