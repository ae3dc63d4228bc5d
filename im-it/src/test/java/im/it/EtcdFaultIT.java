package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.servers.Server;
import im.servers.Servers;
import im.testkit.load.Stage;
import im.testkit.server.AdminPages;
import im.testkit.server.ClusterProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What holds the nodes' leases goes, forgets, and is told to end one, with traffic over both gateways. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class EtcdFaultIT {
    /** More than two leases; {@code -Dim.test.etcd-away=60} makes it a minute, which shows no more and takes longer. */
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("im.test.etcd-away", 13));

    private static final Duration LONGER_THAN_A_LEASE = Duration.ofSeconds(9);

    private static ClusterProcess cluster;
    private static Server etcd;

    @BeforeAll
    static void start() {
        cluster = ClusterProcess.shared();
        etcd = cluster.process("etcd");
    }

    @AfterEach
    void mend() {
        cluster.start();
    }

    @Test
    void whileEtcdIsAwayNobodyIsTakenForDeadAndEverythingGoesOn() throws Exception {
        double lapses = lapses();
        try (UnderTraffic run = UnderTraffic.begun(cluster, 200)) {
            Map<String, String> leases = new EtcdOperator(etcd).leases();
            etcd.kill();
            await().until(() -> areReady(true));
            Stage.let(AWAY);
            run.newcomer("newcomer").connect();
            run.stage().awaitLive(run.stage().apps());
            run.traffic().awaitMore(200);
            assertThat(endpoints()).contains("gateway-1", "gateway-2");

            etcd.start();
            long back = System.nanoTime();
            await().until(() -> areReady(false));
            System.out.println("etcd is back: all know it after " + millisSince(back) + " ms");

            run.traffic().awaitMore(200);
            run.judged("etcd away");
            run.assertThatAllConnectionsStayed();
            assertThat(new EtcdOperator(etcd).leases()).isEqualTo(leases);
            assertThat(lapses()).isEqualTo(lapses);
        }
    }

    /** It has counted on, so that on waking it ends all leases at once. */
    @Test
    void anEtcdThatStoodStillForLongerThanLeasesIsAskedForNewOnes() {
        try (UnderTraffic run = UnderTraffic.begun(cluster, 300)) {
            EtcdOperator operator = new EtcdOperator(etcd);
            Map<String, String> before = operator.leases();
            etcd.pause();
            long paused = System.nanoTime();
            await().until(() -> areReady(true));
            Stage.let(LONGER_THAN_A_LEASE.minusNanos(System.nanoTime() - paused));
            run.newcomer("newcomer").connect();
            run.stage().awaitLive(run.stage().apps());
            etcd.resume();
            long back = System.nanoTime();
            await().ignoreExceptions()
                    .until(() -> operator.leases().keySet().equals(before.keySet())
                            && Collections.disjoint(operator.leases().values(), before.values()));
            System.out.println("etcd goes on: all are registered anew after " + millisSince(back) + " ms");

            run.traffic().awaitMore(500);
            run.judged("etcd stood still");
            run.assertThatAllConnectionsStayed();
        }
    }

    @Test
    void anEtcdThatHasForgottenEverybodyIsToldAnew() {
        double lapses = lapses();
        try (UnderTraffic run = UnderTraffic.begun(cluster, 300)) {
            EtcdOperator operator = new EtcdOperator(etcd);
            Map<String, String> before = operator.leases();
            etcd.kill();
            Servers.delete(etcd.folder().resolve("data"));
            etcd.start();
            long back = System.nanoTime();
            await().ignoreExceptions().until(() -> operator.leases().keySet().equals(before.keySet()));
            System.out.println("etcd is back empty: all are registered after " + millisSince(back) + " ms");

            run.traffic().awaitMore(700);
            run.judged("etcd empty");
            run.assertThatAllConnectionsStayed();
            assertThat(lapses()).isGreaterThanOrEqualTo(lapses + 2);
        }
    }

    @Test
    void aGatewayWhoseLeaseIsRevokedJoinsAnewAndKeepsItsClients() {
        AdminPages pages = cluster.adminPages("gateway-1");
        try (UnderTraffic run = UnderTraffic.begun(cluster, 300)) {
            EtcdOperator operator = new EtcdOperator(etcd);
            for (int i = 0; i < 2; i++) {
                double lapses = lapses();
                String lease = await().until(() -> operator.leases().get("gateway-1"), Objects::nonNull);
                long incarnation = operator.incarnation("gateway-1");
                operator.revoke(lease);
                long revoked = System.nanoTime();
                await().until(() -> lapses() > lapses);
                await().ignoreExceptions()
                        .until(() -> pages.ready().status() == 200
                                && !operator.leases()
                                        .getOrDefault("gateway-1", lease)
                                        .equals(lease));
                System.out.println("lease revoked: back after " + millisSince(revoked) + " ms");
                assertThat(operator.incarnation("gateway-1")).isGreaterThan(incarnation);
                run.traffic().awaitMore(400);
            }

            run.judged("lease revoked");
            run.assertThatAllConnectionsStayed();
        }
    }

    /** How often a gateway has found its lease gone. */
    private static double lapses() {
        return List.of("gateway-1", "gateway-2").stream()
                .mapToDouble(name -> cluster.adminPages(name).metric("im_gateway_lease_lapses_total"))
                .sum();
    }

    /** Both gateways, and they say so much of the registry. */
    private static boolean areReady(boolean degraded) {
        return Stream.of("gateway-1", "gateway-2")
                .map(name -> cluster.adminPages(name).ready())
                .allMatch(page -> page.status() == 200 && page.text().contains("registry") == degraded);
    }

    private static String endpoints() throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(cluster.router().resolve("/v1/endpoint?uid=somebody"))
                .timeout(PATIENCE)
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static long millisSince(long nanos) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
