package im.simulator.chat;

import im.client.Conversation;
import im.simulator.ledger.Finding;
import im.simulator.ledger.Ledger;
import im.simulator.ledger.Roster;
import java.util.List;
import java.util.Locale;

/** What is fixed before a run starts: who takes part, under which names, with which payloads, and the book kept. */
record Cast(RunId run, Population population, Names names, Payloads payloads, Ledger ledger) {

    /** @param uids to use; empty to make some that carry the run id */
    static Cast of(ChatPlan plan, RunId run, List<String> uids) {
        Population population = Population.of(plan);
        Names names = Names.of(population.roster(), run, uids);
        Payloads payloads = Payloads.of(plan.payloadBytes(), plan.random(ChatPlan.Stream.PAYLOADS));
        return new Cast(run, population, names, payloads, new Ledger(population.roster()));
    }

    Roster roster() {
        return population.roster();
    }

    /** Where a device writes to a conversation. */
    Conversation address(int conversation, int device) {
        return roster().isGroup(conversation)
                ? names.group(population.groupOf(conversation))
                : Conversation.peer(names.uid(roster().peerOf(conversation, device)));
    }

    /** Examples as lines with names: what, which message id, from which device, at which device, at which position. */
    List<String> describe(List<Finding> findings) {
        return findings.stream().map(this::describe).toList();
    }

    private String describe(Finding finding) {
        StringBuilder text = new StringBuilder(finding.kind().name().toLowerCase(Locale.ROOT));
        if (ledger.knows(finding.message())) {
            text.append(" ").append(run.idOf(finding.message(), ledger.intendedNanosOf(finding.message())));
            text.append(" from ").append(describeDevice(ledger.senderOf(finding.message())));
        }
        if (finding.device() >= 0) {
            text.append(" at ").append(describeDevice(finding.device()));
        }
        return finding.position() == 0 ? text.toString() : text + " position " + finding.position();
    }

    private String describeDevice(int device) {
        return names.uid(roster().userOf(device)) + "/" + names.device(roster().ordinalOf(device));
    }
}
