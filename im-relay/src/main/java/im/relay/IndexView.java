package im.relay;

import im.protocol.ConversationKey;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The write side of the users' indexes: for each uid its conversations and their heads. Cut into buckets by uid; each
 * bucket keeps a mark for each partition, how far the log is in it (D1, D5). Stages fail when the index does not answer
 * in time. Safe from any thread; no call blocks.
 */
public interface IndexView {
    /** A mark that is not there. */
    long ABSENT = -1;

    int buckets();

    int bucketOf(String uid);

    /** The marks of all buckets for a partition, {@link #ABSENT} where there is none. */
    CompletionStage<long[]> marks(int partition);

    /**
     * @param head merged by max: a smaller one than is there changes nothing. Of a group it is the place of the last
     *     change of what the uid is in it, and only such a change makes an entry
     * @param timeMs the log's own time for the message at the head, by which a uid's conversations are listed
     * @param member of a group, whether the uid is a member from there on
     */
    record Entry(String uid, ConversationKey conversation, long head, long timeMs, boolean member) {

        /** Of a direct conversation. */
        public Entry(String uid, ConversationKey conversation, long head, long timeMs) {
            this(uid, conversation, head, timeMs, false);
        }
    }

    /**
     * Merges and moves the mark in one step, or does nothing when the mark is not what the caller last wrote.
     *
     * @param expected the mark as the caller knows it; may be {@link #ABSENT}
     * @param mark where it stands afterwards, not below {@code expected}
     * @param entries all of this bucket; may be empty
     * @param replay whether this repeats what a lost mark forgot: every uid of it gets a new version tag (D26)
     * @return the mark that was there: the call has taken effect iff it equals {@code expected}
     */
    CompletionStage<Long> merge(
            int bucket, int partition, long expected, long mark, List<Entry> entries, boolean replay);

    /** What {@link #merge} takes of one bucket. */
    record Merge(int bucket, long expected, long mark, List<Entry> entries) {}

    /**
     * {@link #merge} of several buckets, sent in one go; each takes effect or not by itself.
     *
     * @return whether all of them have
     */
    default CompletionStage<Boolean> mergeAll(int partition, List<Merge> merges, boolean replay) {
        CompletionStage<Boolean> all = CompletableFuture.completedStage(true);
        for (Merge merge : merges) {
            all = all.thenCombine(
                    merge(merge.bucket, partition, merge.expected, merge.mark, merge.entries, replay),
                    (before, found) -> before && found == merge.expected);
        }
        return all;
    }
}
