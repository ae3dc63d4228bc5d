package im.testkit.checker;

import im.testkit.history.Event.Settled;
import im.testkit.history.Outcome;

/** Contract 9. */
final class OutcomeRules {
    private static final String CONFLICT = "CONFLICT";

    private final HistoryIndex index;
    private final Report report;

    OutcomeRules(HistoryIndex index, Report report) {
        this.index = index;
        this.report = report;
    }

    void check() {
        index.sendings().forEach(this::exactlyOne);
        for (Entry<Settled> orphan : index.orphans()) {
            report.add(9, "an outcome of a send that was not made", orphan);
        }
        for (Message message : index.messages()) {
            Entry<Settled> acceptance = message.acceptance();
            if (acceptance != null) {
                notRevoked(message, acceptance);
            }
        }
    }

    private void exactlyOne(Sending sending) {
        if (sending.settled.isEmpty()) {
            Run run = index.run(sending.invoked.event().by());
            if (run == null || !run.crashed()) {
                report.add(9, "a send has no outcome", sending.invoked);
            }
        } else if (sending.settled.size() > 1) {
            Entry<Settled> first = sending.settled.get(0);
            Entry<Settled> second = sending.settled.get(1);
            boolean revoked = first.event().outcome() == Outcome.ACCEPTED
                    && second.event().outcome() != Outcome.ACCEPTED;
            report.add(9, revoked ? "an OK was revoked" : "a send has two outcomes", sending.invoked, first, second);
        }
    }

    private void notRevoked(Message message, Entry<Settled> acceptance) {
        for (Sending sending : message.sendings) {
            for (Entry<Settled> settled : sending.settled) {
                if (sending.invoked.index() > acceptance.index()
                        && settled.event().code().equals(CONFLICT)) {
                    report.add(9, "a repeat got CONFLICT after its OK", acceptance, sending.invoked, settled);
                }
            }
        }
    }
}
