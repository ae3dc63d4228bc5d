package im.bench;

import im.bench.load.Clients;
import im.bench.load.Recorded;
import im.bench.target.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "throughput",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Direct messages at stated rates, open loop: processor time of gateways and relays for each message that was "
                    + "accepted, delivered and acknowledged, with Kafka's and Redis's apart; then where the time of a "
                    + "message goes.",
            "Blocks of the rates alternate. Latencies count from the intended send time."
        })
final class ThroughputCommand implements Callable<Integer> {
    @Mixin
    private LoadOptions options = new LoadOptions();

    @Option(names = "--rates", split = ",", defaultValue = "1000,2000,4000", description = "Default 1000,2000,4000.")
    private List<Double> rates = new ArrayList<>();

    @Override
    public Integer call() {
        try (Target target = options.start();
                Clients clients = options.clients(target)) {
            options.connect(clients);
            rates.forEach(rate -> Sample.take(target, clients, rate, options.warmup.dividedBy(rates.size())));
            Map<Double, List<Sample>> samples = new LinkedHashMap<>();
            for (int block = 0; block < options.blocks; block++) {
                rates.forEach(rate -> samples.computeIfAbsent(rate, r -> new ArrayList<>())
                        .add(Sample.take(target, clients, rate, options.block)));
            }
            print(samples);
        }
        return 0;
    }

    private void print(Map<Double, List<Sample>> samples) {
        Setting.print(options.describe() + "; " + options.blocks + " blocks of " + options.block.toSeconds()
                + " s each, median (least–most)");
        Table cost = new Table(
                "sent a second",
                "delivered a second",
                "messages a core second",
                "gateways, µs",
                "relays, µs",
                "Kafka, µs",
                "Redis, µs",
                "client, µs",
                "others' cores");
        Table latency = new Table(
                "sent a second", "SendResult p50, ms", "p99, ms", "delivered p50, ms", "p99, ms", "refused", "missing");
        samples.forEach((rate, of) -> {
            cost.row(
                    Table.number(rate, 0),
                    Table.spread(of, Sample::deliveredRate, 0),
                    Table.spread(of, Sample::perCoreSecond, 0),
                    Table.spread(of, sample -> sample.micros("gateway"), 0),
                    Table.spread(of, sample -> sample.micros("relay"), 0),
                    Table.spread(of, sample -> sample.micros("kafka"), 0),
                    Table.spread(of, sample -> sample.micros("redis"), 0),
                    Table.spread(of, sample -> sample.micros("client"), 0),
                    Table.spread(of, Sample::othersCores, 2));
            latency.row(
                    Table.number(rate, 0),
                    Table.spread(of, sample -> sample.resultMillis(50), 1),
                    Table.spread(of, sample -> sample.resultMillis(99), 1),
                    Table.spread(of, sample -> sample.deliveryMillis(50), 1),
                    Table.spread(of, sample -> sample.deliveryMillis(99), 1),
                    of.stream()
                            .map(Sample::recorded)
                            .mapToLong(Recorded::refused)
                            .sum(),
                    of.stream()
                            .map(Sample::recorded)
                            .mapToLong(Recorded::missing)
                            .sum());
        });
        cost.print();
        latency.print();
        samples.forEach((rate, of) -> {
            System.out.println("At " + Table.number(rate, 0) + " a second:\n");
            Waterfall.print(of);
            ThreadTime.print(of);
        });
    }
}
