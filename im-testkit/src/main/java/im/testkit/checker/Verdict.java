package im.testkit.checker;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What the checker says of a history.
 *
 * @param violations in the order of the rules; at most {@link Report#MAX_PER_CONTRACT} of each contract
 * @param found how many there are in all
 * @param counts what the history holds, so that a test can see that it was not empty
 */
public record Verdict(List<Violation> violations, int found, Counts counts) {

    /**
     * @param messages distinct ones, that is by conversation, sender, id and body
     * @param accepted those of them with an OK
     * @param unknown those of them whose last outcome is unknown
     * @param rejected those of them that were rejected and never accepted
     * @param callbacks messages given to an app, own ones included
     * @param devicesAtEnd devices that were connected and caught up when the history ended
     */
    public record Counts(
            int messages, int accepted, int unknown, int rejected, int callbacks, int devices, int devicesAtEnd) {}

    public boolean clean() {
        return found == 0;
    }

    /** The numbers of the contracts that were broken. */
    public Set<Integer> contracts() {
        return violations.stream().map(Violation::contract).collect(Collectors.toCollection(TreeSet::new));
    }

    @Override
    public String toString() {
        String head = clean() ? "kept" : found + " violations of " + contracts();
        return head + ", " + counts
                + violations.stream().map(Violation::toString).collect(Collectors.joining("\n  ", "\n  ", ""));
    }
}
