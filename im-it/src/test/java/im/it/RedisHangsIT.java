package im.it;

import static im.testkit.Patience.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Ping;
import im.servers.Server;
import im.testkit.client.RawClient;
import im.testkit.load.Stage;
import im.testkit.server.AdminPages;
import im.testkit.server.ClusterProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A Redis that holds its connections and answers nothing, under traffic. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class RedisHangsIT {
    /**
     * More than two and a half heartbeats and five commands' time; {@code -Dim.test.redis-hangs=30} makes it half a minute,
     * which shows no more and takes longer.
     */
    private static final Duration HANGS = Duration.ofSeconds(Integer.getInteger("im.test.redis-hangs", 24));

    private static final int ACCEPTED_MEANWHILE = 1_000;
    private static final Duration TICK = Duration.ofMillis(500);
    /** In a stack. */
    private static final Pattern WAITING = Pattern.compile("Unsafe\\.park|Object\\.wait|Thread\\.sleep|redis");

    private final ClusterProcess cluster = ClusterProcess.shared();
    private final Map<String, AdminPages> pages = new TreeMap<>();
    private final List<RawClient> patients = new ArrayList<>();
    private double mostInFlight;
    private long saidNanos = System.nanoTime();

    @Test
    void aRedisThatHangsStopsNoEventLoopAndCostsOnlyLatency() throws IOException {
        for (String name : List.of("gateway-1", "gateway-2", "relay-1", "relay-2")) {
            pages.put(name, cluster.adminPages(name));
        }
        // While Redis hangs nobody can say who may write into a group.
        try (Bustle bustle = new Bustle(cluster, 0)) {
            bustle.awaitMore(300);
            List<String> before = loopsThatWaited();
            for (int gateway = 0; gateway < 2; gateway++) {
                String token = cluster.tokens().of(TestServer.uid("patient"));
                patients.add(RawClient.welcomed(cluster.endpoints().get(gateway), token, "phone"));
            }

            hang(bustle);

            bustle.awaitMore(300);
            bustle.judge("redis hung");
            assertThat(loopsThatWaited()).as("event loops that waited").isEqualTo(before);
            Judged.connectionsStayed(bustle.phones());
            Whole.await(cluster);
        } finally {
            for (RawClient patient : patients) {
                patient.close();
            }
        }
    }

    /** What is promised of that time is looked at within it, which is longer where little is accepted. */
    private void hang(Bustle bustle) throws IOException {
        Server redis = cluster.process("redis");
        bustle.phase("hangs");
        Map<String, Double> before = timeouts();
        redis.pause();
        try {
            long end = System.nanoTime() + HANGS.toNanos();
            Stage.await(this::areOpen, "circuits open");
            assertThat(timeouts()).allSatisfy((name, count) -> assertThat(count).isGreaterThan(before.get(name)));
            long accepted = bustle.accepted();
            assertThat(cluster.adminPages("gateway-1").ready().text()).contains("redis");
            assertNewcomersAreSentAway();
            while (System.nanoTime() < end
                    || bustle.accepted() - accepted <= ACCEPTED_MEANWHILE
                            && System.nanoTime() < end + PATIENCE.toNanos()) {
                look();
                Stage.let(TICK);
            }
            System.out.println("redis hung: at most " + mostInFlight + " calls without an answer in one process");
            assertThat(mostInFlight).as("calls without an answer").isLessThan(1_000);
            assertThat(bustle.accepted() - accepted)
                    .as("accepted while nothing was stored")
                    .isGreaterThan(ACCEPTED_MEANWHILE);
        } finally {
            bustle.phase("goes on");
            redis.resume();
        }
    }

    private boolean areOpen() {
        look();
        return pages.values().stream().allMatch(admin -> admin.metric("im_redis_breaker") > 0);
    }

    /** The patients say meanwhile that they live. */
    private void look() {
        if (System.nanoTime() - saidNanos >= TICK.toNanos()) {
            saidNanos = System.nanoTime();
            patients.forEach(RedisHangsIT::pingAndPong);
        }
        pages.values().forEach(admin -> mostInFlight = Math.max(mostInFlight, admin.metric("im_redis_in_flight")));
    }

    private Map<String, Double> timeouts() {
        Map<String, Double> counts = new TreeMap<>();
        pages.forEach((name, admin) -> counts.put(name, admin.metric("im_redis_failures_total", "reason=\"timeout\"")));
        return counts;
    }

    private void assertNewcomersAreSentAway() throws IOException {
        try (RawClient newcomer = RawClient.connect(cluster.endpoints().get(0))) {
            newcomer.send(Frame.newBuilder()
                    .setRef(newcomer.nextRef())
                    .setHello(RawClient.hello(cluster.tokens().of(TestServer.uid("newcomer")), "phone"))
                    .build());
            assertThat(newcomer.awaitClose().getCode()).isEqualTo(4503);
        }
    }

    private static void pingAndPong(RawClient patient) {
        try {
            patient.send(Frame.newBuilder()
                    .setRef(patient.nextRef())
                    .setPing(Ping.getDefaultInstance())
                    .build());
            patient.await(BodyCase.PONG);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the watchdogs have said of loops that waited; one that the machine gave no time is not meant. */
    private List<String> loopsThatWaited() throws IOException {
        List<String> said = new ArrayList<>();
        for (int gateway = 1; gateway <= 2; gateway++) {
            Files.readString(cluster.gateway(gateway).log(), StandardCharsets.ISO_8859_1)
                    .lines()
                    .filter(line -> line.contains("event loop is blocked"))
                    .filter(line -> WAITING.matcher(line).find())
                    .forEach(said::add);
        }
        return said;
    }
}
