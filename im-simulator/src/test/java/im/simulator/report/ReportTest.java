package im.simulator.report;

import static org.assertj.core.api.Assertions.assertThat;

import im.simulator.ledger.Verdict;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ReportTest {
    private static RunReport report(Verdict verdict, Percentiles latencies, Ending ending) {
        return new RunReport(
                "0abc12def",
                42,
                verdict,
                new ClientCounts(1_000, 123, 4, 5, 6, 8),
                latencies,
                Percentiles.EMPTY,
                7,
                verdict.rejected() == 0 ? Map.of() : Map.of("TOO_LARGE", verdict.rejected()),
                verdict.lost() == 0 ? List.of() : List.of("lost 0190"),
                12.3456,
                30.1234,
                4.5,
                ending);
    }

    @Test
    void aReportHasTheKeysThatScriptsRelyOnInTheirOrder() {
        Verdict verdict = new Verdict(100, 98, 1, 1, 98, 97, 0, 1, 0, 0, 98, 1);
        Percentiles latencies = new Percentiles(97, 1.25, 9.5, 20.0, 21.001);

        String json = ReportJson.print(report(verdict, latencies, new Ending("", false, true, false)));

        assertThat(json).isEqualTo("""
                        {
                          "schema" : 1,
                          "run_id" : "0abc12def",
                          "seed" : 42,
                          "sent" : 100,
                          "attempts" : 123,
                          "accepted" : 98,
                          "expected" : 98,
                          "delivered" : 97,
                          "redelivered_wire" : 4,
                          "duplicates" : 0,
                          "lost" : 1,
                          "reordered" : 0,
                          "unknown" : 1,
                          "unknown_seen" : 5,
                          "reconnects" : 6,
                          "connections" : 1000,
                          "p50_ms" : 1.25,
                          "p99_ms" : 9.5,
                          "p999_ms" : 20.0,
                          "max_ms" : 21.001,
                          "verdict" : "violated",
                          "exit_code" : 1,
                          "interrupted" : false,
                          "rejected" : 1,
                          "rejected_by_code" : {
                            "TOO_LARGE" : 1
                          },
                          "corrupt" : 0,
                          "own_copies" : 98,
                          "delivered_unknown" : 1,
                          "foreign" : 7,
                          "truncations" : 8,
                          "live_deliveries" : 0,
                          "live_p50_ms" : null,
                          "live_p99_ms" : null,
                          "live_p999_ms" : null,
                          "live_max_ms" : null,
                          "generator_lag_max_ms" : 12.346,
                          "elapsed_s" : 30.123,
                          "cpu_s" : 4.5,
                          "findings" : [ "lost 0190" ]
                        }
                        """);
    }

    @Test
    void aRunThatNeverReachedTheServerHasNoPercentilesAndSaysWhy() {
        Verdict nothing = new Verdict(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        RunReport report =
                report(nothing, Percentiles.EMPTY, new Ending("the server was not reached", false, false, false));

        assertThat(ReportJson.print(report)).contains("\"p50_ms\" : null", "\"exit_code\" : 3");
        assertThat(Summary.print(report)).endsWith("INCONCLUSIVE: the server was not reached\n");
    }

    @Test
    void theSummaryEndsWithTheVerdict() {
        Verdict clean = new Verdict(1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0);
        Percentiles latencies = new Percentiles(1, 1.0, 1.0, 1.0, 1.0);

        String summary = Summary.print(report(clean, latencies, new Ending("", false, true, false)));

        assertThat(summary).contains("p50 1.00  p99 1.00", "12.3 ms behind").endsWith("PASSED\n");
    }
}
