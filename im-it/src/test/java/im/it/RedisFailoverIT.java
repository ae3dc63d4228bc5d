package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.servers.FreePorts;
import im.servers.RedisConsole;
import im.servers.RedisServer;
import im.servers.ServerOptions;
import im.servers.Servers;
import im.testkit.load.Stage;
import im.testkit.server.ClusterProcess;
import im.testkit.server.ClusterSpec;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** A cluster under traffic whose Redis is a master with a replica that a Sentinel promotes. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class RedisFailoverIT {

    /** A Sentinel gives a replica that copies another server back to its master after this time. */
    private static final Duration REPAIRS_AFTER = Duration.ofSeconds(60);

    private static RedisServer first;
    private static RedisServer second;
    private static RedisServer sentinel;
    private static ClusterProcess cluster;

    @BeforeAll
    static void start() {
        first = RedisServer.start(Servers.temporaryFolder("redis-first"), ServerOptions.defaults());
        second = RedisServer.startReplica(Servers.temporaryFolder("redis-second"), first);
        sentinel = RedisServer.startSentinel(Servers.temporaryFolder("redis-sentinel"), "chat", first, REPAIRS_AFTER);
        cluster = ClusterProcess.start(ClusterSpec.in(Servers.temporaryFolder("redis-failover"))
                .set("redis.kind", "sentinel")
                .set("redis.uris", "redis://" + sentinel.address())
                .set("redis.master", "chat"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
        sentinel.close();
        second.close();
        first.close();
    }

    @Test
    void aReplicaThatIsPromotedWithoutTheLastWritesGetsThemAgainWithTheSamePositions() {
        Stage.await(
                () -> info(second).contains("master_link_status:up")
                        && RedisConsole.ask(sentinel.address(), "SENTINEL REPLICAS chat")
                                .contains(Integer.toString(second.port())),
                "a replica that the Sentinel knows");
        // Nothing flows yet, so that all that is accepted is applied after this at least once.
        double applied = RedisForgetsIT.applied(cluster);
        try (Bustle bustle = new Bustle(cluster)) {
            bustle.awaitMore(500);
            // From now on it gets nothing more; after a minute of that a Sentinel would not choose it.
            RedisConsole.ask(second.address(), "REPLICAOF 127.0.0.1 " + FreePorts.next());
            bustle.awaitMore(100);

            bustle.phase("master killed");
            first.kill();
            Stage.await(() -> info(second).contains("role:master"), "a promotion");
            bustle.phase("replica promoted");
            bustle.awaitMore(600);

            bustle.judge("redis replica promoted");
            assertThat(RedisForgetsIT.applied(cluster) - applied)
                    .as("applied, where %s were accepted", bustle.accepted())
                    .isGreaterThan(bustle.accepted());
            Whole.await(cluster);
        }
    }

    private static String info(RedisServer server) {
        return RedisConsole.ask(server.address(), "INFO replication");
    }
}
