package im.relay.apply;

import im.protocol.ConversationKey;
import im.relay.IndexView;
import im.relay.LoggedMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Neighbouring records of one partition and epoch, with their duplicates decided.
 *
 * @param next the offset behind the last of them
 * @param end where a view stands that has applied them
 * @param term of the last of them
 * @param messages those that are no duplicates, positions rising
 * @param bytes of envelopes
 */
record Batch(
        long first,
        long next,
        long end,
        int term,
        List<LoggedMessage> messages,
        int duplicates,
        int poison,
        long bytes) {

    /** The last message of each conversation, for each of its uids, by the bucket of the uid's index. */
    Map<Integer, List<IndexView.Entry>> heads(IndexView index) {
        Map<ConversationKey, LoggedMessage> heads = new LinkedHashMap<>();
        messages.forEach(message -> heads.put(message.conversation(), message));
        Map<Integer, List<IndexView.Entry>> buckets = new HashMap<>();
        heads.values()
                .forEach(head -> head.conversation()
                        .uids()
                        .forEach(uid -> buckets.computeIfAbsent(index.bucketOf(uid), bucket -> new ArrayList<>())
                                .add(new IndexView.Entry(
                                        uid, head.conversation(), head.position(), head.acceptedMs()))));
        return buckets;
    }
}
