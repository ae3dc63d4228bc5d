package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Ping;
import im.protocol.v1.PresenceEvent;
import im.protocol.v1.PresenceQuery;
import im.testkit.client.RawClient;
import im.testkit.server.ClusterProcess;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A node that dies tells nobody that its clients are gone. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class PresenceFaultIT {
    /** Several within a heartbeat. */
    private static final Duration PING = Duration.ofMillis(500);

    private static ClusterProcess cluster;

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");

    @BeforeAll
    static void start() {
        cluster = ClusterProcess.shared();
    }

    @AfterEach
    void mend() {
        cluster.start();
    }

    @Test
    void whoseNodeIsKilledIsOfflineAfterTheLeaseAndTheGraceTimeAndOnlineWhenBack() throws IOException {
        try (RawClient asker = welcomed(1, ann)) {
            RawClient there = welcomed(0, bob);
            asker.send(Frame.newBuilder()
                    .setRef(asker.nextRef())
                    .setPresenceQuery(PresenceQuery.newBuilder().addUids(bob).setSubscribe(true))
                    .build());
            assertThat(asker.await(BodyCase.PRESENCE_LIST)
                            .getPresenceList()
                            .getPresences(0)
                            .getOnline())
                    .isTrue();
            long before = System.currentTimeMillis();

            cluster.gateway(1).kill();
            there.awaitEnd();

            PresenceEvent gone = event(asker);
            assertThat(gone.getOnline()).isFalse();
            assertThat(gone.getLastSeenMs()).isGreaterThanOrEqualTo(before);
            try (RawClient back = welcomed(1, bob)) {
                assertThat(event(asker).getOnline()).isTrue();
                assertThat(back.closed()).isNull();
            }
        }
    }

    /** After a lease, two heartbeats and the grace time; it pings meanwhile. */
    private static PresenceEvent event(RawClient asker) {
        await().pollInterval(PING).until(() -> {
            asker.send(Frame.newBuilder()
                    .setRef(asker.nextRef())
                    .setPing(Ping.getDefaultInstance())
                    .build());
            asker.await(BodyCase.PONG);
            return asker.inbox().stream().anyMatch(Frame::hasPresenceEvent);
        });
        return asker.await(BodyCase.PRESENCE_EVENT).getPresenceEvent();
    }

    private static RawClient welcomed(int gateway, String uid) throws IOException {
        URI at = cluster.endpoints().get(gateway);
        return RawClient.welcomed(at, cluster.tokens().of(uid), "phone");
    }
}
