package im.bench;

import im.bench.load.Clients;
import im.bench.load.Recorded;
import im.bench.target.Heap;
import im.bench.target.Target;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "fanout",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "One group of all clients, in which some send: processor time of the servers for each delivery, when a message"
                    + " is with its last member, and what a member costs the gateways in heap."
        })
final class FanOutCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final double MICROS = 1e6;
    /** So that what a membership costs is more than what a heap differs by from one look to the next. */
    private static final int FURTHER_GROUPS = 10;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Option(names = "--senders", defaultValue = "1", description = "Members that send. Default 1.")
    private int senders;

    @Option(
            names = "--rates",
            split = ",",
            defaultValue = "10",
            description = "Messages a second into the group, several with commas between. Default 10.")
    private List<Double> rates = List.of();

    @Override
    public Integer call() {
        try (Target target = options.start();
                Clients clients = options.clients(target)) {
            options.connect(clients);
            clients.form(1, senders, PATIENCE);
            Sample.take(target, clients, rates.get(0), options.warmup);
            Map<Double, List<Sample>> samples = new TreeMap<>();
            for (int block = 0; block < options.blocks; block++) {
                for (double rate : rates) {
                    samples.computeIfAbsent(rate, unused -> new ArrayList<>())
                            .add(Sample.take(target, clients, rate, options.block));
                }
            }
            double before = Heap.idle(target, options.heartbeat());
            clients.form(FURTHER_GROUPS, senders, PATIENCE);
            double after = Heap.idle(target, options.heartbeat());
            print(samples, (after - before) / options.connections / FURTHER_GROUPS);
        }
        return 0;
    }

    private void print(Map<Double, List<Sample>> samples, double bytes) {
        Setting.print(options.describe("in one group, " + senders + " of them send") + "; " + options.blocks
                + " blocks of " + options.block.toSeconds() + " s, median (least–most)");
        Table costs = new Table(
                "sent a second",
                "delivered a second",
                "gateways, µs a delivery",
                "relays, µs a message",
                "Kafka, µs a message",
                "Redis, µs a message",
                "client, µs a delivery",
                "others' cores",
                "missing");
        Table times = new Table("sent a second", "what", "p50, ms", "p99, ms", "p99.9, ms", "max, ms");
        samples.forEach((rate, all) -> {
            costs.row(
                    Table.number(rate, 0),
                    Table.spread(all, Sample::deliveredRate, 0),
                    Table.spread(all, sample -> sample.micros("gateway"), 2),
                    Table.spread(all, sample -> perMessage(sample, "relay"), 0),
                    Table.spread(all, sample -> perMessage(sample, "kafka"), 0),
                    Table.spread(all, sample -> perMessage(sample, "redis"), 0),
                    Table.spread(all, sample -> sample.micros("client"), 2),
                    Table.spread(all, Sample::othersCores, 2),
                    all.stream()
                            .mapToLong(sample -> sample.recorded().missing())
                            .sum());
            row(times, rate, "SendResult", Sample.results(all));
            row(times, rate, "with the last member", Sample.deliveries(all));
        });
        costs.print();
        times.print();
        System.out.printf(
                "Heap of a gateway for each group that an idle member is in: %.0f bytes, from %d further groups of all.%n%n",
                bytes, FURTHER_GROUPS);
    }

    private static double perMessage(Sample sample, String process) {
        return sample.used().of(process) * MICROS / sample.recorded().sent();
    }

    private static void row(Table table, double rate, String what, Histogram histogram) {
        table.row(
                Table.number(rate, 0),
                what,
                Table.number(Recorded.millis(histogram, 50), 1),
                Table.number(Recorded.millis(histogram, 99), 1),
                Table.number(Recorded.millis(histogram, 99.9), 1),
                Table.number(histogram.getMaxValue() / 1_000.0, 1));
    }
}
