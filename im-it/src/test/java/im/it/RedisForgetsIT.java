package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.servers.RedisConsole;
import im.servers.Server;
import im.servers.Servers;
import im.testkit.load.Stage;
import im.testkit.server.ClusterProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What becomes of a cluster under traffic when Redis forgets: the views are built again from the log, as they were. */
@Tag("once")
@EnabledIf("im.servers.Requirement#cluster")
class RedisForgetsIT {
    private final ClusterProcess cluster = ClusterProcess.shared();

    @Test
    void aRedisThatIsKilledAndComesBackEmptyIsFilledAgainWithTheSamePositions() throws IOException {
        Server redis = cluster.process("redis");
        forgets("redis killed and back empty", () -> {
            redis.kill();
            // Whoever is connected goes on writing to the log.
            Stage.let(Duration.ofSeconds(1));
            Servers.delete(append(redis));
            redis.start();
        });
    }

    @Test
    void aFlushUnderTrafficIsFilledAgainWithTheSamePositions() throws IOException {
        forgets("redis flushed", () -> {
            for (int i = 0; i < 2; i++) {
                assertThat(RedisConsole.ask(cluster.process("redis").address(), "FLUSHALL"))
                        .isEqualTo("OK");
                Stage.let(Duration.ofMillis(700));
            }
        });
    }

    @Test
    void aRedisThatComesBackWithoutItsLastSecondGetsItAgainWithTheSamePositions() throws IOException {
        Server redis = cluster.process("redis");
        Path kept = redis.folder().resolve("a-second-ago");
        forgets("redis back without its last second", () -> {
            copy(append(redis), kept);
            Stage.let(Duration.ofSeconds(1));
            redis.kill();
            Servers.delete(append(redis));
            copy(kept, append(redis));
            Servers.delete(kept);
            redis.start();
        });
    }

    /** First the conversations without the indexes, then the indexes without the conversations. */
    @Test
    void slotsThatFallBackAloneAreFilledAgainWithTheSamePositions_D1_D5() throws IOException {
        forgets("slots fell back alone", () -> {
            for (String tags : List.of("{p*}", "{u*}")) {
                SlotsAlone slots = new SlotsAlone(cluster.process("redis").address(), tags);
                slots.keep();
                Stage.let(Duration.ofSeconds(1));
                slots.fallBack();
            }
        });
    }

    private interface Fault {
        void happens() throws IOException;
    }

    /** Traffic before, during and after; at the end more was applied than was ever sent. */
    private void forgets(String fault, Fault happens) throws IOException {
        // Nothing flows yet, so that all that is accepted is applied after this at least once.
        double applied = applied(cluster);
        try (Bustle bustle = new Bustle(cluster)) {
            bustle.awaitMore(400);

            bustle.phase("gone");
            happens.happens();
            bustle.phase("back");
            bustle.awaitMore(600);

            bustle.judge(fault);
            assertThat(applied(cluster) - applied)
                    .as("applied, where %s were accepted", bustle.accepted())
                    .isGreaterThan(bustle.accepted());
            Whole.await(cluster);
        }
    }

    /** Messages that the relays have put into the store since they started; twice if they had to. */
    static double applied(ClusterProcess cluster) {
        return Stream.of("relay-1", "relay-2")
                .mapToDouble(relay -> cluster.adminPages(relay).metric("im_relay_applied_total"))
                .sum();
    }

    /** The folder of what Redis writes down. */
    private static Path append(Server redis) {
        return redis.folder().resolve("appendonlydir");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.list(from)) {
            Files.createDirectories(to);
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
