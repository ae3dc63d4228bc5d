package im.bench;

import im.bench.target.Metrics;
import java.util.List;

/** Where the time of a message goes, by the histograms that our processes keep: one row a step, in a message's order. */
final class Waterfall {
    private static final double MILLIS = 1e3;

    private record Step(String name, String from, String timer, String label) {}

    private static final List<Step> STEPS = List.of(
            new Step("receive", "frame read → given to the log", "im_gateway_receive_seconds", ""),
            new Step("append", "given to the log → Kafka's ack", "im_log_append_seconds", ""),
            new Step("(send)", "frame read → the log has answered", "im_gateway_send_seconds", ""),
            new Step("read", "in the log → its batch begins", "im_relay_record_age_seconds", ""),
            new Step("index", "users' indexes in Redis", "im_relay_step_seconds", "step=\"index\""),
            new Step("apply", "conversations in Redis", "im_relay_step_seconds", "step=\"apply\""),
            new Step("route", "routes of all receivers from Redis", "im_relay_step_seconds", "step=\"route\""),
            new Step("push", "given to the bus → Kafka's ack", "im_relay_step_seconds", "step=\"push\""),
            new Step("(bus)", "in the bus → gateway has it", "im_push_delay_seconds", ""),
            new Step("send", "gateway has it → written to the sockets", "im_gateway_push_seconds", ""));

    private Waterfall() {}

    static void print(List<Sample> samples) {
        Table table =
                new Table("step", "from → to", "times a message", "mean, ms", "half within, ms", "99 % within, ms");
        double messages = samples.stream()
                .mapToLong(sample -> sample.recorded().delivered())
                .sum();
        for (Step step : STEPS) {
            double count = total(samples, step, "_count");
            table.row(
                    step.name,
                    step.from,
                    Table.number(count / messages, 2),
                    Table.number(MILLIS * total(samples, step, "_sum") / count, 2),
                    quantile(samples, step, 0.5),
                    quantile(samples, step, 0.99));
        }
        table.print();
    }

    private static double total(List<Sample> samples, Step step, String what) {
        return samples.stream()
                .mapToDouble(sample -> sample.metrics().sum(step.timer + what, step.label))
                .sum();
    }

    private static String quantile(List<Sample> samples, Step step, double share) {
        Metrics all =
                samples.stream().map(Sample::metrics).reduce(Metrics::plus).orElseThrow();
        double seconds = all.quantile(step.timer, step.label, share);
        return Double.isInfinite(seconds) ? "more" : Table.number(MILLIS * seconds, 2);
    }
}
