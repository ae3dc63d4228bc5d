package im.bench;

import im.bench.load.Clients;
import im.bench.load.Recorded;
import im.bench.target.Metrics;
import im.bench.target.ProcessorTime;
import im.bench.target.Target;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * One block: what the clients saw, and what the processes used and counted while it was sent.
 *
 * @param rate as stated, messages a second
 */
record Sample(double rate, Recorded recorded, ProcessorTime used, Metrics metrics) {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final double MICROS = 1e6;

    /** Sends at that rate, and waits for what is missing afterwards. */
    static Sample take(Target target, Clients clients, double rate, Duration time) {
        Metrics metrics = Metrics.read(target.admins().values());
        ProcessorTime used = ProcessorTime.read(target.pids());
        clients.send(rate, time);
        ProcessorTime usedSince = ProcessorTime.read(target.pids()).since(used);
        Metrics counted = Metrics.read(target.admins().values()).since(metrics);
        Sample sample = new Sample(rate, clients.settle(PATIENCE), usedSince, counted);
        System.err.printf(
                "%.0f/s: delivered %.0f/s, %.0f messages a core second, delivery p99 %.1f ms, others used %.2f cores%n",
                rate,
                sample.deliveredRate(),
                sample.perCoreSecond(),
                Recorded.millis(sample.recorded.deliveries(), 99),
                sample.othersCores());
        return sample;
    }

    double deliveredRate() {
        return recorded.delivered() / recorded.seconds();
    }

    /** Of gateways and relays together, for one message delivered. */
    double micros() {
        return micros("gateway") + micros("relay");
    }

    /** Processor time of the processes with such names, for one message delivered. */
    double micros(String process) {
        return used.of(process) * MICROS / recorded.delivered();
    }

    double perCoreSecond() {
        return MICROS / micros();
    }

    /** Cores that other programs on this machine kept busy. */
    double othersCores() {
        return used.ofOthers() / recorded.seconds();
    }

    double deliveryMillis(double percentile) {
        return Recorded.millis(recorded.deliveries(), percentile);
    }

    double resultMillis(double percentile) {
        return Recorded.millis(recorded.results(), percentile);
    }

    static Histogram deliveries(Iterable<Sample> samples) {
        Histogram all = new Histogram(600_000_000, 3);
        samples.forEach(sample -> all.add(sample.recorded.deliveries()));
        return all;
    }

    static Histogram results(Iterable<Sample> samples) {
        Histogram all = new Histogram(600_000_000, 3);
        samples.forEach(sample -> all.add(sample.recorded.results()));
        return all;
    }
}
