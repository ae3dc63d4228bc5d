package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Frame.BodyCase;
import im.servers.Requirement;
import im.testkit.checker.Verdict;
import im.testkit.client.RawClient;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.server.ClusterProcess;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two gateways and two relays on a real Kafka, Redis and etcd: what one node is told, the other one's clients have. */
class ClusterIT {
    @BeforeAll
    static void servers() {
        for (Requirement server : List.of(Requirement.KAFKA, Requirement.REDIS, Requirement.ETCD)) {
            assumeTrue(server.met(), server::why);
        }
    }

    private static RawClient welcomed(ClusterProcess cluster, int gateway, String uid, long attempt)
            throws IOException {
        return RawClient.welcomed(
                cluster.endpoints().get(gateway),
                RawClient.hello(cluster.tokens().of(uid), "phone")
                        .setAttempt(attempt)
                        .build());
    }

    @Test
    void aConnectionOnOneNodeDisplacesThatOnTheOther_D22() throws IOException {
        ClusterProcess cluster = ClusterProcess.shared();
        String bob = TestServer.uid("bob");
        try (RawClient old = welcomed(cluster, 0, bob, 100);
                RawClient newer = welcomed(cluster, 1, bob, 101);
                RawClient sender = welcomed(cluster, 0, TestServer.uid("ann"), 1)) {
            Close close = old.awaitClose();

            assertThat(close.getCode()).isEqualTo(4409);
            assertThat(sender.sendAndAwait(sender.text(TestServer.messageId(), bob, "to the newer one"))
                            .getCode())
                    .isEqualTo(Code.OK);
            newer.await(BodyCase.DELIVER);
        }
    }

    @Test
    void messagesPassBetweenNodesLiveAndAfterAnAbsence() {
        ClusterProcess cluster = ClusterProcess.shared();
        String ann = TestServer.uid("ann");
        String bob = TestServer.uid("bob");
        try (Stage stage = new Stage(cluster, true, Stage.chooseSeed())) {
            App annPhone = stage.app(ann, "phone", Start.NEW_FROM_FIRST_HELD).connect();
            App bobPhone = stage.app(bob, "phone", Start.NEW_FROM_FIRST_HELD).connect();
            stage.awaitLive(stage.apps());
            for (int i = 0; i < 100; i++) {
                annPhone.send(bob, "live " + i);
                bobPhone.send(ann, "back " + i);
            }
            Stage.await(() -> annPhone.client().unsettled() + bobPhone.client().unsettled() == 0, "all accepted");
            bobPhone.disconnect();
            for (int i = 0; i < 100; i++) {
                annPhone.send(bob, "while you were away " + i);
            }
            Stage.await(() -> annPhone.client().unsettled() == 0, "all accepted");

            bobPhone.restart();
            Verdict verdict = stage.settle();

            assertThat(verdict.clean()).as("%s", verdict).isTrue();
            assertThat(verdict.counts().accepted()).isEqualTo(300);
        }
    }
}
