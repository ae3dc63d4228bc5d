package im.relay.local;

import java.util.ArrayList;
import java.util.List;

/**
 * What {@link FolderCheck} found.
 *
 * @param messages that are held
 * @param others copies of messages of the other uid
 * @param own copies of a device's own uid's messages, the sending device's included
 * @param wrongCount disagreements found
 * @param wrong the first of them, in words
 */
public record CheckReport(
        long conversations,
        long messages,
        long devices,
        Copies others,
        Copies own,
        long wrongCount,
        List<String> wrong) {

    public CheckReport {
        wrong = List.copyOf(wrong);
    }

    /** @param pending counted from what is held; the others are the store's totals */
    public record Copies(long accepted, long acknowledged, long truncated, long writtenOff, long pending) {

        boolean isConserved() {
            return accepted == acknowledged + truncated + writtenOff + pending;
        }

        @Override
        public String toString() {
            return "accepted " + accepted + (isConserved() ? " = " : " is not ") + "acknowledged " + acknowledged
                    + " + truncated " + truncated + " + written off " + writtenOff + " + pending " + pending;
        }
    }

    public boolean isSound() {
        return wrongCount == 0;
    }

    /** For people; the last line is the verdict. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("conversations " + conversations + ", messages held " + messages + ", devices " + devices);
        lines.add("copies of others' messages: " + others);
        lines.add("copies of own messages: " + own);
        wrong.forEach(what -> lines.add("WRONG " + what));
        if (wrongCount > wrong.size()) {
            lines.add("WRONG and " + (wrongCount - wrong.size()) + " more");
        }
        lines.add(isSound() ? "sound" : "not sound: " + wrongCount + " wrong");
        return lines;
    }
}
