package im.bench;

import im.bench.load.Clients;
import im.bench.load.Recorded;
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
        name = "latency",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Latency at half of saturation: the rate rises in steps until less than 95 %% of what a step sends is "
                    + "delivered while it lasts; then blocks at half of the most that was delivered a second."
        })
final class LatencyCommand implements Callable<Integer> {
    private static final double KEPT_UP = 0.95;
    private static final int MAX_STEPS = 40;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Option(names = "--from", defaultValue = "1000", description = "The rate of the first step. Default 1000.")
    private double from;

    @Option(names = "--factor", defaultValue = "1.25", description = "From step to step. Default 1.25.")
    private double factor;

    @Option(names = "--step", defaultValue = "PT5S", description = "Length of a step. Default PT5S.")
    private Duration step = Duration.ZERO;

    @Option(
            names = "--saturation",
            description = "Messages a second that are the most it can do; then there are no steps.")
    private double saturation;

    @Override
    public Integer call() {
        try (Target target = options.start();
                Clients clients = options.clients(target)) {
            options.connect(clients);
            Sample.take(target, clients, from, options.warmup);
            double most = saturation > 0 ? saturation : ramp(target, clients);
            List<Sample> samples = new ArrayList<>();
            for (int block = 0; block < options.blocks; block++) {
                samples.add(Sample.take(target, clients, most / 2, options.block));
            }
            print(most, samples);
        }
        return 0;
    }

    private double ramp(Target target, Clients clients) {
        double most = 0;
        double rate = from;
        for (int i = 0; i < MAX_STEPS; i++) {
            Sample sample = Sample.take(target, clients, rate, step);
            most = Math.max(most, sample.deliveredRate());
            if (sample.recorded().delivered() < KEPT_UP * sample.recorded().sent()) {
                return most;
            }
            rate *= factor;
        }
        return most;
    }

    private void print(double most, List<Sample> samples) {
        Setting.print(options.describe() + "; half of saturation, " + options.blocks + " blocks of "
                + options.block.toSeconds() + " s");
        Table table = new Table(
                "saturation, a second",
                "sent a second",
                "what",
                "p50, ms",
                "p99, ms",
                "p99.9, ms",
                "max, ms",
                "missing");
        row(table, most, "SendResult", Sample.results(samples), samples);
        row(table, most, "delivered", Sample.deliveries(samples), samples);
        table.print();
        Waterfall.print(samples);
    }

    private static void row(Table table, double most, String what, Histogram histogram, List<Sample> samples) {
        table.row(
                Table.number(most, 0),
                Table.number(most / 2, 0),
                what,
                Table.number(Recorded.millis(histogram, 50), 1),
                Table.number(Recorded.millis(histogram, 99), 1),
                Table.number(Recorded.millis(histogram, 99.9), 1),
                Table.number(histogram.getMaxValue() / 1_000.0, 1),
                samples.stream()
                        .mapToLong(sample -> sample.recorded().missing())
                        .sum());
    }
}
