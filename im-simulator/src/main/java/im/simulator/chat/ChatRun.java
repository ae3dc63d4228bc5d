package im.simulator.chat;

import im.simulator.access.Gateways;
import im.simulator.access.Tokens;
import im.simulator.ledger.Ledger;
import im.simulator.ledger.Verdict;
import im.simulator.report.Ending;
import im.simulator.report.Progress;
import im.simulator.report.RunReport;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Locale;

/**
 * One run: all clients connect, and groups are formed; messages are sent for the duration while some clients come and go; all come back, and
 * what is missing is waited for; then the ledger is added up. Runs on the caller's thread.
 */
public final class ChatRun {
    private final ChatPlan plan;
    private final Progress progress;
    private final Interruption interruption;
    private final Cast cast;
    private final Gateways gateways;
    private final Tokens tokens;
    private final long beginNanos = System.nanoTime();

    /**
     * @param tokens for any uid, or for at least as many as there are users
     */
    public ChatRun(ChatPlan plan, Gateways gateways, Tokens tokens, Progress progress, Interruption interruption) {
        this.plan = plan;
        this.progress = progress;
        this.interruption = interruption;
        this.gateways = gateways;
        this.tokens = tokens;
        this.cast = Cast.of(plan, RunId.choose(new SecureRandom()), tokens.uids());
    }

    /** Runs to the end, or until interrupted; either way there is a report. */
    public RunReport run() {
        try (Fleet fleet = new Fleet(cast, gateways, plan, tokens)) {
            Arrival arrival = new Arrival(fleet, plan.connectTimeout().toNanos(), interruption);
            String trouble = arrival.await(there -> tell("connecting", (double) there / fleet.size(), fleet));
            if (trouble.isEmpty()) {
                trouble = new Formation(cast, fleet, plan.connectTimeout().toNanos(), interruption)
                        .await(done -> tell("forming", done, fleet));
            }
            Traffic traffic = new Traffic(plan, cast, fleet, interruption);
            boolean moving = false;
            if (trouble.isEmpty()) {
                traffic.run(done -> tell("sending", done, fleet));
                fleet.allComeBack();
                moving = new Settling(fleet, cast.ledger(), plan.settle().toNanos(), interruption)
                        .await(over -> tell("settling", over, fleet));
            }
            Ending ending = new Ending(trouble, interruption.isAsked(), fleet.live() == fleet.size(), moving);
            progress.clear();
            return report(fleet, traffic, ending);
        }
    }

    private void tell(String phase, double fraction, Fleet fleet) {
        Ledger ledger = cast.ledger();
        Double p99 = fleet.inbox().live().percentiles().p99();
        String text = String.format(
                Locale.ROOT,
                "live %d/%d  sent %d  accepted %d  delivered %d/%d  p99 %s",
                fleet.live(),
                fleet.size(),
                ledger.sent(),
                ledger.accepted(),
                ledger.firstCallbacks(),
                ledger.expected(),
                p99 == null ? "-" : String.format(Locale.ROOT, "%.1f ms", p99));
        progress.tell(phase, fraction, text, System.nanoTime());
    }

    private RunReport report(Fleet fleet, Traffic traffic, Ending ending) {
        Verdict verdict = cast.ledger().verdict();
        Duration cpu = ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO);
        return new RunReport(
                cast.run().text(),
                plan.seed(),
                verdict,
                fleet.counts(),
                fleet.inbox().all().percentiles(),
                fleet.inbox().live().percentiles(),
                fleet.inbox().foreign(),
                traffic.rejectedByCode(),
                cast.describe(cast.ledger().findings()),
                traffic.lagMillis(),
                (System.nanoTime() - beginNanos) / 1e9,
                cpu.toNanos() / 1e9,
                ending);
    }
}
