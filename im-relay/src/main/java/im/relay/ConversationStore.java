package im.relay;

import im.protocol.ConversationKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The random-access view of the log. A read that cannot be served is told as a {@link ReadResult.Failed}. */
public interface ConversationStore {

    /**
     * The messages of a conversation after a position, oldest first.
     *
     * @param maxMessages 1 or more
     * @param maxBytes a page ends before it would hold more than this in {@link PlacedMessage#placed()}, but always
     *     holds one message where there is one
     */
    void page(
            ConversationKey conversation,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done);

    /**
     * The messages of a conversation before a position, the newest of them, oldest first.
     *
     * @param before exclusive; {@link Long#MAX_VALUE} for the end
     * @param maxMessages as in {@link #page}
     * @param maxBytes as in {@link #page}
     */
    void pageBefore(
            ConversationKey conversation,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done);

    /**
     * The head of one conversation: the position of its last message, or the end of a hole above it, up to which a device
     * may have been told that something is missing; 0 where there is neither.
     */
    void head(ConversationKey conversation, Executor lane, Consumer<ReadResult<Long>> done);

    /** Compares what a device has with what there is, all of it as of one moment of the store. */
    void compare(CompareRequest request, Executor lane, Consumer<ReadResult<Comparison>> done);

    /**
     * The version of each uid's index, in the order asked: for the tail check of many sessions at once. It differs from
     * the {@link Comparison#version} of an earlier compare if anything was placed for the uid since.
     *
     * @param uids at most 1 024
     */
    void versions(List<String> uids, Executor lane, Consumer<ReadResult<long[]>> done);

    /**
     * The uid's conversations with what a list of them shows, the most recently active first; fewer than asked for where
     * much would have to be read, but at least one where there is one.
     */
    void heads(HeadsRequest request, Executor lane, Consumer<ReadResult<HeadsRead>> done);

    /**
     * @param more whether messages follow the last one; of a page before a position, whether held ones precede the first
     * @param head of the conversation, at the moment of the read
     * @param completeUpTo no held message of the conversation in (after, completeUpTo] is missing here. Where nothing
     *     follows the last one, how far the view has got: below {@code after} when that is not so far yet (D19)
     * @param floor what stood at or below it is held no more; 0 while everything is. A reader from below it cannot be
     *     told that nothing is missing
     * @param firstHeld the position of the first message held, 0 where there is none
     */
    record Page(List<PlacedMessage> messages, boolean more, long head, long completeUpTo, long floor, long firstHeld) {

        /**
         * Whether the view has not got as far as {@code after} yet, so that nobody can tell from it what stands there
         * (D19). Never so in a view that is the log itself.
         */
        public boolean isBehind(long after) {
            return completeUpTo < after;
        }

        /** Whether something that stood behind {@code after} is held no more. */
        public boolean isTruncatedAfter(long after) {
            return after < floor;
        }
    }

    /**
     * @param below only conversations whose {@link ConversationHead#order} is smaller; {@link Long#MAX_VALUE} for the
     *     first page
     * @param limit 1 to 200
     * @param groups whether groups are listed too: all of which the uid may read anything
     */
    record HeadsRequest(String uid, String device, long below, int limit, boolean groups) {

        public HeadsRequest(String uid, String device, long below, int limit) {
            this(uid, device, below, limit, false);
        }
    }

    /** @param more whether conversations of smaller order follow */
    record HeadsRead(List<ConversationHead> heads, boolean more) {}

    /**
     * @param order the larger, the more recently active; no two of a uid's conversations have the same
     * @param cursor stored for the device
     * @param read up to where the uid has read
     * @param head of a group, as far as the uid may read it
     * @param unread messages of others above {@code read} that are held, at most 1 000; of a group as
     *     {@link GroupStore#MAX_UNREAD} says, changes of membership among them
     * @param last the message at the head, null when it is held no more
     * @param peerDelivered the largest cursor of any device of the other uid; 0 in notes to oneself, and in groups
     * @param peerRead up to where the other uid has read; 0 in groups
     * @param standing of the uid in the group, which it may have left; null in direct conversations
     */
    record ConversationHead(
            ConversationKey conversation,
            long head,
            long firstHeld,
            long cursor,
            long read,
            int unread,
            @Nullable PlacedMessage last,
            long peerDelivered,
            long peerRead,
            long order,
            GroupStore.@Nullable Standing standing) {}

    /**
     * @param known positions up to which the device certainly has a conversation; immutable
     * @param complete true when {@code known} is all the device has, so that any other conversation starts at the
     *     device's start; false when any other conversation starts at the stored cursor
     * @param wanted conversations to report even if they are not behind
     * @param groups whether groups are compared too; otherwise direct conversations only
     */
    record CompareRequest(
            String uid,
            String device,
            Map<ConversationKey, Long> known,
            boolean complete,
            Collection<ConversationKey> wanted,
            boolean groups) {

        public CompareRequest(
                String uid,
                String device,
                Map<ConversationKey, Long> known,
                boolean complete,
                Collection<ConversationKey> wanted) {
            this(uid, device, known, complete, wanted, false);
        }
    }

    /**
     * @param version of the user's index; another number, larger or smaller, means that heads must be compared again. It
     *     is another one from the start where groups of the uid are not there yet, and are missing here
     * @param asOfMs milliseconds since 1970: everything accepted before is in here; 0 when that cannot be said of any
     *     time (D20), and then nobody has caught up by it (D19)
     * @param behind the conversations whose head is above what the device has, those known further than the view has
     *     got yet (D19), with a head below the base, and the wanted ones; direct ones before groups, of
     *     each the most recently active first
     */
    record Comparison(long version, long asOfMs, List<Behind> behind) {

        /** The groups among them. */
        public List<String> groupsBehind() {
            return behind.stream()
                    .filter(one -> one.conversation().isGroup())
                    .map(one -> one.conversation().group())
                    .toList();
        }
    }

    /**
     * @param head of the conversation, or the end of a hole above it: what the device must be brought to, with messages
     *     or by being told that some may be missing
     * @param base what the device has: the known position, else the stored cursor or the device's start
     * @param floor as in {@link Page}
     */
    record Behind(ConversationKey conversation, long head, long base, long floor) {}
}
