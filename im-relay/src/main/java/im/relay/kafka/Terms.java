package im.relay.kafka;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Under which leader's term each record of a partition was read, as runs of equal ones. With the term of what was read
 * last the brokers can tell whether the log still has it. Confined by its owner.
 */
final class Terms {
    private final TreeMap<Long, Integer> from = new TreeMap<>();
    private long end;

    /** All that is known: that of the record before an offset. */
    void startOver(long next, Optional<Integer> term) {
        from.clear();
        end = 0;
        term.ifPresent(known -> took(next - 1, known));
    }

    void took(long offset, int term) {
        Map.Entry<Long, Integer> run = from.floorEntry(offset);
        if (run == null || run.getValue() != term) {
            from.put(offset, term);
        }
        end = Math.max(end, offset + 1);
    }

    /** Of the record before an offset; empty when that is not known. */
    Optional<Integer> before(long next) {
        Map.Entry<Long, Integer> run = next <= end ? from.floorEntry(next - 1) : null;
        return run == null ? Optional.empty() : Optional.of(run.getValue());
    }

    /** Nothing before that offset will be asked for, but for the record just before it. */
    void forgetBefore(long next) {
        Long run = from.floorKey(next - 1);
        if (run != null) {
            from.headMap(run).clear();
        }
    }
}
