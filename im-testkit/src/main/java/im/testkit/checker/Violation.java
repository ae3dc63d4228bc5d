package im.testkit.checker;

import im.testkit.history.Event;
import im.testkit.history.HistoryFile;
import java.util.List;

/**
 * One thing that the contract forbids.
 *
 * @param contract the number in docs/contract.md
 * @param explanation one sentence
 * @param excerpt the fewest events that show it, in the order of the history
 */
public record Violation(int contract, String explanation, List<Event> excerpt) {

    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder("contract ").append(contract).append(": ").append(explanation);
        excerpt.forEach(event -> text.append("\n    ").append(HistoryFile.line(event)));
        return text.toString();
    }
}
