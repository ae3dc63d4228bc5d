package im.bench;

import im.bench.load.Clients;
import im.bench.load.Recorded;
import im.bench.target.ProcessorTime;
import im.bench.target.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "connects",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "All clients come back at once, again and again: connect, authenticate, register the route, compare "
                        + "with the store. Processor time of the gateways for each.")
final class ConnectsCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final double MICROS = 1e6;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Option(names = "--at-once", defaultValue = "64", description = "Clients on their way at a time. Default 64.")
    private int atOnce;

    @Option(names = "--warmup-rounds", defaultValue = "5", description = "Rounds that do not count. Default 5.")
    private int warmupRounds;

    private record Round(double seconds, double gatewayMicros, double redisMicros, Histogram welcomes) {}

    @Override
    public Integer call() {
        List<Round> rounds = new ArrayList<>();
        try (Target target = options.start();
                Clients clients = options.clients(target)) {
            for (int i = 0; i < warmupRounds + options.blocks; i++) {
                Round round = round(target, clients);
                System.err.printf(
                        "%.0f a second, %d had to come again%n",
                        options.connections / round.seconds, clients.retries());
                if (i >= warmupRounds) {
                    rounds.add(round);
                }
            }
        }
        Setting.print(
                options.describe() + "; " + atOnce + " at once, " + options.blocks + " rounds, median (least–most)");
        Table table = new Table(
                "connects a second",
                "a gateway's core second",
                "gateways, µs",
                "Redis, µs",
                "Welcome p50, ms",
                "p99, ms");
        table.row(
                Table.spread(rounds, round -> options.connections / round.seconds, 0),
                Table.spread(rounds, round -> MICROS / round.gatewayMicros, 0),
                Table.spread(rounds, Round::gatewayMicros, 0),
                Table.spread(rounds, Round::redisMicros, 0),
                Table.spread(rounds, round -> Recorded.millis(round.welcomes, 50), 1),
                Table.spread(rounds, round -> Recorded.millis(round.welcomes, 99), 1));
        table.print();
        return 0;
    }

    private Round round(Target target, Clients clients) {
        ProcessorTime before = ProcessorTime.read(target.pids());
        long start = System.nanoTime();
        Histogram welcomes = clients.connect(atOnce, PATIENCE);
        double seconds = (System.nanoTime() - start) / 1e9;
        ProcessorTime used = ProcessorTime.read(target.pids()).since(before);
        clients.disconnect();
        return new Round(
                seconds,
                used.of("gateway") * MICROS / options.connections,
                used.of("redis") * MICROS / options.connections,
                welcomes);
    }
}
