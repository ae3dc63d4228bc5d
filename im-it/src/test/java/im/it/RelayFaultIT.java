package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.relay.apply.RelayHalt.Place;
import im.servers.Server;
import im.servers.Servers;
import im.testkit.load.Stage;
import im.testkit.server.ClusterProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What becomes of a cluster under traffic when relays end, come, go, and stand still. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class RelayFaultIT {
    private static final int PARTITIONS = 8;

    private static ClusterProcess cluster;

    @BeforeAll
    static void start() {
        cluster = ClusterProcess.shared();
    }

    @Test
    void aRelayKilledBetweenEffectAndCommitLosesAndDoublesNothing() throws IOException {
        Path orders = Files.createDirectories(cluster.orders());
        try (Bustle bustle = new Bustle(cluster)) {
            bustle.awaitMore(300);
            killedAt(bustle, Place.RECORDED, Place.APPLIED);
            killedAt(bustle, Place.INDEXED, Place.PUSHED);
            bustle.awaitMore(100);
            bustle.judge("relay killed between effect and commit");
            Whole.await(cluster);
        } finally {
            Servers.delete(orders);
        }
    }

    /** Orders an end at each of these places, of a relay each, and starts those whom it hit. */
    private static void killedAt(Bustle bustle, Place... places) throws IOException {
        bustle.phase("killed when " + List.of(places));
        Path orders = cluster.orders();
        for (Place place : places) {
            Files.createFile(orders.resolve(place.file()));
        }
        Stage.await(() -> dead() == places.length, "relays' ends at " + List.of(places));
        assertThat(orders).as("orders that nobody took").isEmptyDirectory();
        cluster.start();
        bustle.awaitMore(300);
        awaitHeldByBoth();
    }

    private static void awaitHeldByBoth() {
        Stage.await(
                () -> {
                    int first = held("relay-1");
                    int second = held("relay-2");
                    return first > 0 && second > 0 && first + second == PARTITIONS;
                },
                "all partitions held, by both");
    }

    private static long dead() {
        return Stream.of(1, 2).filter(number -> !cluster.relay(number).alive()).count();
    }

    @Test
    void relaysThatComeAndGoUnderTrafficLoseAndDoubleNothing() {
        Server second = cluster.relay(2);
        try (Bustle bustle = new Bustle(cluster)) {
            bustle.awaitMore(300);
            for (int round = 1; round <= 2; round++) {
                bustle.phase("a relay leaves, " + round);
                second.stop();
                Stage.await(() -> held("relay-1") == PARTITIONS, "the other relay with all partitions");
                bustle.awaitMore(200);
                bustle.phase("it comes back, " + round);
                second.start();
                awaitHeldByBoth();
                bustle.awaitMore(200);
            }
            bustle.judge("rebalances");
            Whole.await(cluster);
        }
    }

    @Test
    void aRelayThatStoodStillForLongerThanItsSessionLosesAndDoublesNothingWhenItWakes() {
        Server zombie = cluster.relay(1);
        try (Bustle bustle = new Bustle(cluster)) {
            bustle.awaitMore(300);
            bustle.phase("stands still");
            zombie.pause();
            try {
                Stage.await(() -> held("relay-2") == PARTITIONS, "the other relay with all partitions");
                bustle.awaitMore(200);
            } finally {
                bustle.phase("wakes");
                zombie.resume();
            }
            bustle.awaitMore(500);
            bustle.judge("relay that stood still");
            Whole.await(cluster);
        }
    }

    /** How many partitions a relay holds. */
    private static int held(String relay) {
        return cluster.adminPages(relay).metrics("im_relay_lag_records").size();
    }
}
