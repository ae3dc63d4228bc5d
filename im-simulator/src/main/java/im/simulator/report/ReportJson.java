package im.simulator.report;

import im.simulator.ledger.Verdict;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The report as scripts read it: one JSON object, schema 1. Keys may be added within a schema, never changed. */
public final class ReportJson {
    private static final int SCHEMA = 1;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private ReportJson() {}

    /** Ends with a line feed. */
    public static String print(RunReport report) {
        Map<String, @Nullable Object> keys = new LinkedHashMap<>();
        keys.put("schema", SCHEMA);
        keys.put("run_id", report.runId());
        keys.put("seed", report.seed());
        putSums(keys, report.verdict(), report.clients());
        putLatencies(keys, "", report.latencies());
        putFurther(keys, report);
        return JSON.writeValueAsString(keys) + "\n";
    }

    private static void putSums(Map<String, @Nullable Object> keys, Verdict verdict, ClientCounts clients) {
        keys.put("sent", verdict.sent());
        keys.put("attempts", clients.attempts());
        keys.put("accepted", verdict.accepted());
        keys.put("expected", verdict.expected());
        keys.put("delivered", verdict.delivered());
        keys.put("redelivered_wire", clients.redeliveredWire());
        keys.put("duplicates", verdict.duplicates());
        keys.put("lost", verdict.lost());
        keys.put("reordered", verdict.reordered());
        keys.put("unknown", verdict.unknown());
        keys.put("unknown_seen", clients.unknownSeen());
        keys.put("reconnects", clients.reconnects());
        keys.put("connections", clients.connections());
    }

    private static void putLatencies(Map<String, @Nullable Object> keys, String prefix, Percentiles of) {
        keys.put(prefix + "p50_ms", of.p50());
        keys.put(prefix + "p99_ms", of.p99());
        keys.put(prefix + "p999_ms", of.p999());
        keys.put(prefix + "max_ms", of.max());
    }

    private static void putFurther(Map<String, @Nullable Object> keys, RunReport report) {
        keys.put("verdict", report.exitCode().name().toLowerCase(Locale.ROOT));
        keys.put("exit_code", report.exitCode().code());
        keys.put("interrupted", report.ending().interrupted());
        keys.put("rejected", report.verdict().rejected());
        keys.put("rejected_by_code", report.rejectedByCode());
        keys.put("corrupt", report.verdict().corrupt());
        keys.put("own_copies", report.verdict().ownCopies());
        keys.put("delivered_unknown", report.verdict().deliveredUnknown());
        keys.put("foreign", report.foreign());
        keys.put("truncations", report.clients().truncations());
        keys.put("live_deliveries", report.live().count());
        putLatencies(keys, "live_", report.live());
        keys.put("generator_lag_max_ms", rounded(report.generatorLagMillis()));
        keys.put("elapsed_s", rounded(report.elapsedSeconds()));
        keys.put("cpu_s", rounded(report.cpuSeconds()));
        keys.put("findings", report.findings());
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
