package im.simulator.report;

import im.simulator.ledger.Verdict;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The report as people read it. */
public final class Summary {
    private Summary() {}

    /** A few lines, the last one the verdict. */
    public static String print(RunReport report) {
        Verdict verdict = report.verdict();
        ClientCounts clients = report.clients();
        StringBuilder text = new StringBuilder();
        line(
                text,
                "run %s  seed %d  %.1f s, own CPU %.1f s",
                report.runId(),
                report.seed(),
                report.elapsedSeconds(),
                report.cpuSeconds());
        line(
                text,
                "sent %d (written %d)  accepted %d  rejected %d%s  unknown %d (seen %d)",
                verdict.sent(),
                clients.attempts(),
                verdict.accepted(),
                verdict.rejected(),
                codes(report),
                verdict.unknown(),
                clients.unknownSeen());
        line(
                text,
                "expected %d  delivered %d  lost %d  duplicates %d  reordered %d  corrupt %d",
                verdict.expected(),
                verdict.delivered(),
                verdict.lost(),
                verdict.duplicates(),
                verdict.reordered(),
                verdict.corrupt());
        line(
                text,
                "clients %d  reconnects %d  dropped repeats %d  of other runs %d  truncations told %d",
                clients.connections(),
                clients.reconnects(),
                clients.redeliveredWire(),
                report.foreign(),
                clients.truncations());
        latencies(text, "latency ms, all  ", report.latencies());
        latencies(text, "latency ms, live ", report.live());
        if (report.generatorLagMillis() > 10) {
            line(
                    text,
                    "the generator was up to %.1f ms behind: this machine is short of CPU, latencies include that",
                    report.generatorLagMillis());
        }
        report.findings().forEach(finding -> line(text, "  %s", finding));
        line(text, "%s", verdictLine(report));
        return text.toString();
    }

    private static String codes(RunReport report) {
        return report.rejectedByCode().isEmpty() ? "" : " " + report.rejectedByCode();
    }

    private static void latencies(StringBuilder text, String label, Percentiles of) {
        line(
                text,
                "%s p50 %s  p99 %s  p99.9 %s  max %s  (%d)",
                label,
                ms(of.p50()),
                ms(of.p99()),
                ms(of.p999()),
                ms(of.max()),
                of.count());
    }

    private static String ms(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.2f", value);
    }

    private static String verdictLine(RunReport report) {
        return switch (report.exitCode()) {
            case PASSED -> "PASSED";
            case VIOLATED -> "FAILED";
            default -> "INCONCLUSIVE: " + report.ending().whyInconclusive(report.verdict());
        };
    }

    private static void line(StringBuilder text, String format, @Nullable Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
