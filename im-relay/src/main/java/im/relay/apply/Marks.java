package im.relay.apply;

import im.relay.IndexView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/**
 * How far each bucket of the index is in one partition, as this relay last read or wrote it (D5). A mark that turns out
 * to be another one makes a merge fail; then all of them are read again, by a seek. Lane only, but for the answers.
 */
final class Marks {
    private final IndexView index;
    private final int partition;
    private final long[] known;

    Marks(IndexView index, int partition, long[] known) {
        this.index = index;
        this.partition = partition;
        this.known = known.clone();
    }

    long of(int bucket) {
        return known[bucket];
    }

    /** Whether these are the marks; then nothing was lost and nobody else wrote. */
    boolean are(long[] marks) {
        return Arrays.equals(known, marks);
    }

    /** Whether one of them is below a position. */
    boolean hasBelow(long position) {
        return Arrays.stream(known).anyMatch(mark -> mark < position);
    }

    /** The lowest of those below a position; the position itself when none is. */
    long lowestBelow(long position) {
        return Arrays.stream(known).filter(mark -> mark < position).min().orElse(position);
    }

    /**
     * Merges each bucket's entries and moves its mark to {@code position}, or leaves it where it is higher; completes with
     * whether every mark was what it was known to be.
     */
    CompletionStage<Boolean> merge(Map<Integer, List<IndexView.Entry>> entries, long position, boolean replay) {
        List<IndexView.Merge> merges = new ArrayList<>(entries.size());
        entries.forEach((bucket, of) -> {
            long expected = known[bucket];
            long mark = Math.max(expected, position);
            known[bucket] = mark;
            merges.add(new IndexView.Merge(bucket, expected, mark, of));
        });
        return index.mergeAll(partition, merges, replay);
    }

    /** Moves every mark that is below the position there, with its entries where it has some. */
    CompletionStage<Boolean> raise(Map<Integer, List<IndexView.Entry>> entries, long position, boolean replay) {
        Map<Integer, List<IndexView.Entry>> behind = new HashMap<>();
        for (int bucket = 0; bucket < known.length; bucket++) {
            if (known[bucket] < position) {
                behind.put(bucket, entries.getOrDefault(bucket, List.of()));
            }
        }
        return merge(behind, position, replay);
    }
}
