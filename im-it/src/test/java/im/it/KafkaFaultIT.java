package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.servers.ChildProcess.State;
import im.servers.KafkaServer;
import im.servers.Server;
import im.servers.ServerOptions;
import im.servers.Servers;
import im.testkit.load.Stage;
import im.testkit.server.ClusterProcess;
import im.testkit.server.ClusterSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/**
 * Three brokers with a copy each, of which two have to have a message before it is accepted, as in production; with
 * traffic over both gateways. The checker decides that no OK was given for what is not there afterwards.
 */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class KafkaFaultIT {
    private static final Duration APPEND_TIMEOUT = Duration.ofSeconds(6);
    /** For the answers that are on their way when a fault strikes. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(2);

    private static final Path FOLDER = TestServer.newFolder();
    private static final List<KafkaServer> BROKERS = new ArrayList<>();
    private static ClusterProcess cluster;

    @BeforeAll
    static void start() {
        ServerOptions options = ServerOptions.defaults()
                .set(KafkaServer.HEAP, "-Xmx256m")
                .set("offsets.topic.replication.factor", "3")
                // Who is gone is known to be after this time, and out of the copies that count.
                .set("broker.session.timeout.ms", "4000")
                .set("broker.heartbeat.interval.ms", "1000");
        KafkaServer first = KafkaServer.start(FOLDER.resolve("kafka-1"), options);
        BROKERS.add(first);
        BROKERS.add(first.another(FOLDER.resolve("kafka-2"), 2, options));
        BROKERS.add(first.another(FOLDER.resolve("kafka-3"), 3, options));
        startThoseThatAreDown();
        String bootstrap = BROKERS.stream().map(KafkaServer::bootstrap).collect(Collectors.joining(","));
        cluster = ClusterProcess.start(ClusterSpec.in(FOLDER.resolve("cluster"))
                .set("kafka.bootstrap", bootstrap)
                .set("kafka.replication", "3")
                .set("kafka.min-insync-replicas", "2")
                .set("kafka.append-timeout", APPEND_TIMEOUT.toSeconds() + "s"));
    }

    @AfterEach
    void mend() {
        BROKERS.stream().filter(broker -> broker.state() == State.PAUSED).forEach(Server::resume);
        startThoseThatAreDown();
    }

    @AfterAll
    static void stop() {
        if (cluster != null) {
            cluster.close();
        }
        BROKERS.forEach(Server::close);
        Servers.delete(FOLDER);
    }

    private static void startThoseThatAreDown() {
        List<KafkaServer> down =
                BROKERS.stream().filter(broker -> !broker.alive()).toList();
        down.forEach(Server::launch);
        down.forEach(Server::awaitReady);
    }

    @Test
    void oneBrokerOfThreeThatIsKilledStopsNobody() {
        try (UnderTraffic run = UnderTraffic.begunInGroups(cluster, 300)) {
            BROKERS.get(2).kill();
            run.traffic().awaitMore(400);
            BROKERS.get(2).start();
            run.traffic().awaitMore(300);

            judgedFrom(System.nanoTime(), run, "a broker killed");
        }
    }

    @Test
    void allBrokersAtOnceThatAreKilledAndComeBackHaveAllThatWasAccepted() {
        try (UnderTraffic run = UnderTraffic.begunInGroups(cluster, 500)) {
            BROKERS.forEach(Server::kill);
            assertThatNothingIsAccepted(() -> Stage.let(Duration.ofSeconds(2)));
            startThoseThatAreDown();
            long back = System.nanoTime();
            run.traffic().awaitMore(500);

            judgedFrom(back, run, "all brokers killed");
        }
    }

    @Test
    void belowTheLeastNumberOfCopiesNothingIsAcceptedUntilThereAreEnough() {
        try (UnderTraffic run = UnderTraffic.begunInGroups(cluster, 500)) {
            double refused = refused();
            BROKERS.get(1).kill();
            BROKERS.get(2).kill();
            assertThatNothingIsAccepted(() -> await().until(() -> refused() > refused));
            assertThat(BROKERS.get(0).alive()).isTrue();

            BROKERS.get(1).start();
            long back = System.nanoTime();
            run.traffic().awaitMore(250);
            BROKERS.get(2).start();
            run.traffic().awaitMore(250);

            judgedFrom(back, run, "below min.insync");
        }
    }

    @Test
    void brokersThatStandStillBeyondTheTimeForAppendsLeaveOutcomesOpenThatSettleAfterwards() {
        try (UnderTraffic run = UnderTraffic.begunInGroups(cluster, 500)) {
            double unknown = results("UNKNOWN_OUTCOME");
            double refused = refused();
            BROKERS.forEach(Server::pause);
            assertThatNothingIsAccepted(() -> {
                Stage.let(APPEND_TIMEOUT);
                await().until(() -> results("UNKNOWN_OUTCOME") > unknown);
                await().until(() -> refused() > refused);
            });

            BROKERS.forEach(Server::resume);
            long back = System.nanoTime();
            run.traffic().awaitMore(500);

            judgedFrom(back, run, "brokers stood still");
        }
    }

    /**
     * By the gateways' own count of results: a client may also learn of a message that the brokers had before they were
     * gone by its own copy, which the relays have read. What came before both gateways have noticed was on its way.
     */
    private static void assertThatNothingIsAccepted(Runnable meanwhile) {
        for (String gateway : List.of("gateway-1", "gateway-2")) {
            await().until(() -> cluster.adminPages(gateway).ready().text().contains("kafka"));
        }
        double accepted = acceptedOnTheWay();
        meanwhile.run();
        assertThat(results("OK")).as("accepted meanwhile").isEqualTo(accepted);
    }

    /** On a busy machine an answer may take its time; but a log that goes on accepting never stands still. */
    private static double acceptedOnTheWay() {
        double accepted = results("OK");
        for (int look = 0; look < 5; look++) {
            Stage.let(ON_THE_WAY);
            double now = results("OK");
            if (now == accepted) {
                break;
            }
            accepted = now;
        }
        return accepted;
    }

    private static double refused() {
        return results("UNAVAILABLE");
    }

    /** Results of sends that the gateways have given. */
    private static double results(String code) {
        return cluster.adminPages("gateway-1").metric("im_gateway_sends_total", "code=\"" + code + "\"")
                + cluster.adminPages("gateway-2").metric("im_gateway_sends_total", "code=\"" + code + "\"");
    }

    private static void judgedFrom(long back, UnderTraffic run, String fault) {
        run.judged(fault);
        run.assertThatAllConnectionsStayed();
        System.out.println(fault + ": all settled and delivered "
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - back) + " ms after their return");
    }
}
