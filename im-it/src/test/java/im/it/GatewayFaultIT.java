package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Ping;
import im.servers.Server;
import im.testkit.client.RawClient;
import im.testkit.load.Stage;
import im.testkit.server.AdminPages;
import im.testkit.server.ClusterProcess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** One of two gateways is killed, stopped in turn, or stands still, with traffic over both. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class GatewayFaultIT {
    private static final int CROWD = 300;

    private static ClusterProcess cluster;

    @BeforeAll
    static void start() {
        cluster = ClusterProcess.shared();
    }

    @AfterEach
    void mend() {
        cluster.start();
    }

    @Test
    void whoseGatewayIsKilledIsServedByTheOtherAndMissesNothing() {
        try (UnderTraffic run = UnderTraffic.begunInGroups(cluster, 500)) {
            int mark = run.mark();
            cluster.gateway(1).kill();
            run.traffic().awaitMore(500);
            run.stage().awaitLive(run.stage().apps());

            run.judged("gateway killed");
            assertThat(Comeback.since(run.stage(), mark, "gateway killed").devices())
                    .isPositive();
        }
    }

    @Test
    void groupsAndThoseWhoComeAndGoMissNothingWhenAGatewayIsKilled() throws IOException {
        try (Bustle bustle = new Bustle(cluster)) {
            bustle.awaitMore(300);
            bustle.phase("gone");
            cluster.gateway(1).kill();
            Stage.let(Duration.ofSeconds(1));
            cluster.start();
            bustle.phase("back");
            bustle.awaitMore(400);

            bustle.judge("groups and a gateway killed");
            Whole.await(cluster);
        }
    }

    /** Contract 15. */
    @Test
    void aRollingRestartOfEveryGatewayLosesNothingAndLeavesNobodyInDoubt() throws IOException {
        try (UnderTraffic run = UnderTraffic.begunInGroups(cluster, 300)) {
            for (int number = 1; number <= 2; number++) {
                int mark = run.mark();
                stopWithSendsUnderWay(number);
                cluster.gateway(number).start();
                run.traffic().awaitMore(400);
                run.stage().awaitLive(run.stage().apps());
                assertThat(Comeback.since(run.stage(), mark, "gateway stopped").devices())
                        .isPositive();
            }

            run.judged("rolling restart");
        }
    }

    /** The log takes nothing for a moment, so that there are sends under way whose sender stays to the end. */
    private static void stopWithSendsUnderWay(int number) throws IOException {
        Server gateway = cluster.gateway(number);
        Server kafka = cluster.process("kafka");
        try (RawClient stays = welcomed(number - 1, TestServer.uid("stays"), 1)) {
            List<Frame> sends = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                sends.add(stays.text(TestServer.messageId(), "nobody", "under way " + i));
            }
            long before = Files.size(gateway.log());
            kafka.pause();
            stays.sendTogether(sends);
            CompletableFuture<Void> stopped = CompletableFuture.runAsync(gateway::stop);
            await().until(() -> textFrom(gateway, before).contains("stopping"));
            stays.await(BodyCase.GO_AWAY);
            kafka.resume();
            stopped.join();

            assertThat(textFrom(gateway, before)).doesNotContain("what is left is cut off");
            assertThat(stays.awaitClose().getReconnect()).isTrue();
            assertThat(sends)
                    .allSatisfy(send ->
                            assertThat(stays.result(send.getRef()).getCode()).isEqualTo(Code.OK));
        }
    }

    private static String textFrom(Server server, long from) throws IOException {
        byte[] log = Files.readAllBytes(server.log());
        return new String(Arrays.copyOfRange(log, (int) from, log.length), StandardCharsets.UTF_8);
    }

    @Test
    void allClientsOfAGatewayThatDiesComeToTheOther() {
        cluster.gateway(2).stop();
        try (UnderTraffic run = UnderTraffic.begun(cluster, 100);
                Crowd crowd = new Crowd(cluster, CROWD)) {
            crowd.awaitLive(CROWD);
            cluster.gateway(2).start();
            run.traffic().awaitMore(300);
            int mark = run.mark();

            cluster.gateway(1).kill();
            crowd.awaitLost(CROWD);
            crowd.awaitLive(CROWD * 95 / 100);
            crowd.awaitLive(CROWD);
            run.traffic().awaitMore(600);
            run.stage().awaitLive(run.stage().apps());

            crowd.assertThatAllAreReached(run.stage().apps().get(0));
            run.judged("reconnect storm");
            assertThat(Comeback.since(run.stage(), mark, "reconnect storm").devices())
                    .isPositive();
        }
    }

    @Test
    void aGatewayThatSleptPastItsLeaseDoesNothingInItsOldNameAndServesAgainInANewOne() throws IOException {
        Server gateway = cluster.gateway(1);
        Server etcd = cluster.process("etcd");
        EtcdOperator operator = new EtcdOperator(etcd);
        AdminPages pages = cluster.adminPages("gateway-1");
        String ann = TestServer.uid("ann");
        String bob = TestServer.uid("bob");
        String cy = TestServer.uid("cy");
        long before = operator.incarnation("gateway-1");
        try (UnderTraffic run = UnderTraffic.begun(cluster, 400);
                RawClient annsOld = welcomed(0, ann, 1);
                RawClient bobs = welcomed(0, bob, 1);
                RawClient cys = welcomed(1, cy, 1)) {
            gateway.pause();
            AtomicInteger looks = new AtomicInteger();
            await().pollInterval(Duration.ofSeconds(1)).ignoreExceptions().until(() -> {
                ping(cys);
                // What they say arrives at once when it wakes: no more than pings may.
                if (looks.getAndIncrement() % 3 == 0) {
                    ping(annsOld, bobs);
                }
                return !operator.leases().containsKey("gateway-1");
            });
            try (RawClient annsNew = welcomed(1, ann, 2)) {
                send(cys, cys.text(TestServer.messageId(), ann, "to the newer one"), Code.OK);
                annsNew.await(BodyCase.DELIVER);
                send(cys, cys.text(TestServer.messageId(), bob, "while you slept"), Code.OK);
                Frame annsLate = annsOld.text(TestServer.messageId(), cy, "in an old name");
                Frame bobsLate = bobs.text(TestServer.messageId(), cy, "later");
                annsOld.send(annsLate);
                bobs.send(bobsLate);
                ping(annsNew, cys);

                etcd.pause();
                gateway.resume();

                assertThat(annsOld.result(annsLate.getRef()).getCode()).isEqualTo(Code.UNAVAILABLE);
                assertThat(bobs.result(bobsLate.getRef()).getCode()).isEqualTo(Code.UNAVAILABLE);
                AdminPages.Page ready = pages.ready();
                assertThat(ready.status()).isEqualTo(503);
                assertThat(ready.text()).contains("lease");
                assertThat(refusal(TestServer.uid("dan"))).isEqualTo(4503);
                ping(annsNew, bobs, cys);
                etcd.resume();

                await().pollInterval(Duration.ofSeconds(1)).ignoreExceptions().until(() -> {
                    ping(annsNew, bobs, cys);
                    return annsOld.closed() != null
                            && pages.ready().status() == 200
                            && operator.incarnation("gateway-1") > before;
                });
                assertThat(annsOld.awaitClose().getCode()).isEqualTo(4409);
                assertThat(annsOld.inbox()).noneMatch(Frame::hasDeliver);
                bobs.await(frame -> frame.hasDeliver(), "what came while it slept");
                send(bobs, bobs.text(bobsLate.getSend().getMessageId(), cy, "later", true), Code.OK);
                cys.await(frame -> frame.hasDeliver(), "the message at last");
                ping(annsNew, bobs, cys);
            }
            run.traffic().awaitMore(400);
            run.judged("gateway asleep");
        }
    }

    private static RawClient welcomed(int gateway, String uid, long attempt) throws IOException {
        RawClient client = RawClient.welcomed(
                cluster.endpoints().get(gateway),
                RawClient.hello(cluster.tokens().of(uid), "phone")
                        .setAttempt(attempt)
                        .build());
        client.await(BodyCase.CAUGHT_UP);
        return client;
    }

    /** The close code that a newcomer gets. */
    private static int refusal(String uid) throws IOException {
        try (RawClient client = RawClient.connect(cluster.endpoints().get(0))) {
            client.send(Frame.newBuilder()
                    .setRef(client.nextRef())
                    .setHello(RawClient.hello(cluster.tokens().of(uid), "phone"))
                    .build());
            return client.awaitClose().getCode();
        }
    }

    private static void send(RawClient client, Frame message, Code expected) throws IOException {
        assertThat(client.sendAndAwait(message).getCode()).isEqualTo(expected);
    }

    private static void ping(RawClient... clients) throws IOException {
        for (RawClient client : clients) {
            client.send(Frame.newBuilder()
                    .setRef(client.nextRef())
                    .setPing(Ping.getDefaultInstance())
                    .build());
        }
    }
}
