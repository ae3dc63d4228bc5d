package im.relay;

import im.protocol.ConversationKey;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

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

    /** The head of one conversation: the position of its last message, 0 where there is none. */
    void head(ConversationKey conversation, Executor lane, Consumer<ReadResult<Long>> done);

    /** Compares what a device has with what there is, all of it as of one moment of the store. */
    void compare(CompareRequest request, Executor lane, Consumer<ReadResult<Comparison>> done);

    /**
     * @param more whether messages follow the last one
     * @param head of the conversation, at the moment of the read
     * @param completeUpTo no message of the conversation in (after, completeUpTo] is missing here
     */
    record Page(List<PlacedMessage> messages, boolean more, long head, long completeUpTo) {}

    /**
     * @param known positions up to which the device certainly has a conversation; immutable
     * @param complete true when {@code known} is all the device has, so that any other conversation starts at the
     *     device's start; false when any other conversation starts at the stored cursor
     * @param wanted conversations to report even if they are not behind
     */
    record CompareRequest(
            String uid,
            String device,
            Map<ConversationKey, Long> known,
            boolean complete,
            Collection<ConversationKey> wanted) {}

    /**
     * @param version of the user's index; another number means that heads must be compared again
     * @param behind the conversations whose head is above what the device has, and the wanted ones, the most recently
     *     active first
     */
    record Comparison(long version, List<Behind> behind) {}

    /**
     * @param head of the conversation
     * @param base what the device has: the known position, else the stored cursor or the device's start
     */
    record Behind(ConversationKey conversation, long head, long base) {}
}
