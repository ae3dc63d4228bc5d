package im.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import im.servers.Requirement;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** The commands work, with numbers too small to say anything. */
@Tag("once")
@ResourceLock(Resources.SYSTEM_OUT)
class BenchIT {
    private static final String[] SMALL = {"--connections", "10", "--blocks", "1", "--block", "PT1S", "--warmup", "PT1S"
    };
    /** Long enough to stand still for a while, short enough that what a push did not bring still comes in time. */
    private static final String UNHURRIED = "10s";

    private static final Predicate<String> NUMBER =
            Pattern.compile("[0-9]+\\.[0-9]+").asMatchPredicate();

    @BeforeEach
    void onlyWhereTheKernelCounts() {
        assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "no /proc");
    }

    private static String run(String command, String... more) {
        PrintStream before = System.out;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        try {
            assertThat(Main.execute(
                            Stream.concat(Stream.of(command), Stream.of(more)).toArray(String[]::new)))
                    .isZero();
        } finally {
            System.setOut(before);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String[] small(String... more) {
        return small(Stream.of(more), UNHURRIED);
    }

    private static String[] small(Stream<String> more, String heartbeat) {
        return Stream.of(Stream.of(SMALL), Stream.of("--set", "session.heartbeat=" + heartbeat), more)
                .flatMap(part -> part)
                .toArray(String[]::new);
    }

    /** The cells of the row that begins so. */
    private static List<String> row(String tables, String begin) {
        return tables.lines()
                .filter(line -> line.startsWith("| " + begin + " |"))
                .map(line -> List.of(line.split(" *\\| *")))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no row " + begin + " in\n" + tables));
    }

    @Test
    void throughputOfAClusterNamesEveryStepOfAMessagesWay() {
        assumeTrue(Requirement.cluster(), "no servers");
        String tables = run(
                "throughput",
                small(
                        "--rates",
                        "50",
                        "--gateways",
                        "2",
                        "--relays",
                        "1",
                        "--set",
                        "redis.timeout=10s",
                        "--set",
                        "registry.lease=15s"));
        assertThat(row(tables, "receive")).hasSize(7);
        for (String step : List.of("receive", "append", "read", "index", "apply", "route", "push", "send")) {
            List<String> cells = row(tables, step);
            assertThat(cells.get(4)).as("mean of " + step).matches("[0-9.]+");
        }
        List<String> last = tables.lines()
                .filter(line -> line.startsWith("| 50 |"))
                .map(line -> List.of(line.split(" *\\| *")))
                .toList()
                .get(1);
        assertThat(last.subList(2, 6)).as("times").allMatch(NUMBER);
        assertThat(last.subList(6, 8)).as("refused and missing").containsExactly("0", "0");
    }

    @Test
    void latencyOfAStandaloneServerIsMeasuredAtHalfOfSaturation() {
        String tables = run("latency", small("--form", "standalone", "--from", "40", "--saturation", "60"));
        List<String> cells = row(tables, "60");
        assertThat(cells.get(2)).isEqualTo("30");
        assertThat(cells.subList(4, 8)).as("times").allMatch(NUMBER);
        assertThat(cells.get(8)).as("missing").isEqualTo("0");
    }

    @Test
    void connectsAreCountedRoundByRound() {
        String tables = run("connects", small("--form", "standalone", "--warmup-rounds", "1"));
        List<String> cells = tables.lines()
                .dropWhile(line -> !line.startsWith("| connects a second |"))
                .skip(2)
                .map(line -> List.of(line.split(" *\\| *")))
                .findFirst()
                .orElseThrow();
        assertThat(cells.get(1)).as("connects a second").matches("[1-9][0-9]*");
        assertThat(cells.subList(5, 7)).as("times").allMatch(NUMBER);
    }

    @Test
    void aGroupsMessagesAreCountedForEachMember() {
        // Six heartbeats are waited out for the heap.
        String heartbeat = "4s";
        String tables =
                run("fanout", small(Stream.of("--form", "standalone", "--rates", "20", "--senders", "2"), heartbeat));
        List<String> costs = row(tables, "20");
        assertThat(costs.get(9)).as("missing").isEqualTo("0");
        assertThat(costs.get(3)).as("µs a delivery").matches("[0-9.]+");
        assertThat(tables)
                .contains("| 20 | with the last member | ")
                .containsPattern("idle member is in: -?[0-9]+ bytes");
    }

    @Test
    void aMemberOfManyGroupsComesBack() {
        String tables = run(
                "resume",
                small(
                        "--form",
                        "standalone",
                        "--groups",
                        "30",
                        "--missed",
                        "50",
                        "--rounds",
                        "2",
                        "--warmup-rounds",
                        "1"));
        assertThat(row(tables, "nothing").get(2)).matches("[0-9.]+ \\([0-9.]+–[0-9.]+\\)");
        assertThat(tables).containsPattern("\\| [1-9][0-9]* messages of any of them \\| [0-9.]+");
    }

    @Test
    void routesAreRegisteredAndRemovedInRedisAndEtcd() {
        assumeTrue(Requirement.redis() && Requirement.etcd(), "no servers");
        String tables = run("routes", "--blocks", "1", "--pairs", "200", "--etcd-pairs", "50");
        assertThat(row(tables, "Redis").get(2)).matches("[0-9]+");
        assertThat(row(tables, "etcd").get(2)).matches("[0-9]+");
    }
}
