package im.relay.redis;

import im.protocol.ConversationKey;
import im.protocol.codec.PlacedCodec;
import im.relay.ConversationStore.Page;
import im.relay.PlacedMessage;
import im.relay.group.Interval;
import im.relay.group.Intervals;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * {@code group_page.lua} and {@code group_page_before.lua}: of a group what a uid may read (D15), and how far that
 * reaches, as of one moment.
 */
final class GroupPageScript {
    private static final Script AFTER = Script.of(GroupPageScript.class, "group_page", "members");
    private static final Script BEFORE = Script.of(GroupPageScript.class, "group_page_before", "members");
    private static final int HEADER = 8;

    private final StoreKeys keys;

    GroupPageScript(StoreKeys keys) {
        this.keys = keys;
    }

    /** What is asked for. */
    record Asked(String group, String uid, int maxMessages, int maxBytes) {
        ConversationKey conversation() {
            return ConversationKey.group(group);
        }
    }

    Call after(int partition, Asked asked, long after) {
        return call(AFTER, partition, asked, Math.max(after, 0));
    }

    /** @param last position that may still be in it */
    Call before(int partition, Asked asked, long last) {
        return call(BEFORE, partition, asked, last);
    }

    private Call call(Script script, int partition, Asked asked, long from) {
        return Call.of(
                script,
                new byte[][] {
                    keys.state(partition),
                    keys.conversation(partition, asked.conversation()),
                    keys.messages(partition, asked.conversation()),
                    keys.group(partition, asked.group()),
                    keys.members(partition, asked.group()),
                    keys.stretches(partition, asked.group())
                },
                Redis.decimal(from),
                Redis.decimal(Math.max(asked.maxMessages(), 1)),
                Redis.decimal(asked.maxBytes()),
                StoreKeys.bytes(asked.uid()));
    }

    /**
     * The page that {@link #after} asked for.
     *
     * @throws NotThereException when the partition's view is not there
     */
    static Page pageAfter(Asked asked, long after, Reply reply) {
        requireView(reply);
        Intervals intervals = intervals(reply);
        List<PlacedMessage> messages = new ArrayList<>();
        boolean cut = fill(asked, intervals, reply, messages);
        boolean more = cut || reply.number(4) == 1;
        long applied = reply.number(0);
        long floor = intervals.floor(reply.number(1));
        long head = intervals.atOrBelow(reply.number(2));
        long complete = applied < after ? applied : Math.max(Math.max(after, floor), head);
        if (more) {
            complete = messages.get(messages.size() - 1).position();
        }
        return new Page(messages, more, head, complete, floor, reply.number(3));
    }

    /** The page that {@link #before} asked for; throws as {@link #pageAfter} does. */
    static Page pageBefore(Asked asked, long last, Reply reply) {
        requireView(reply);
        Intervals intervals = intervals(reply);
        List<PlacedMessage> messages = new ArrayList<>();
        boolean cut = fill(asked, intervals, reply, messages);
        boolean more = cut || reply.number(4) == 1;
        Collections.reverse(messages);
        long floor = intervals.floor(reply.number(1));
        long head = intervals.atOrBelow(reply.number(2));
        return new Page(messages, more, head, Math.min(last, head), floor, reply.number(3));
    }

    private static void requireView(Reply reply) {
        if (reply.isNull(0)) {
            throw new NotThereException();
        }
    }

    private static Intervals intervals(Reply reply) {
        return StoredGroups.membership(reply.text(6), reply.text(7)).intervals(reply.number(5));
    }

    /** Fills the list within the bounds; whether there is more. */
    private static boolean fill(Asked asked, Intervals intervals, Reply reply, List<PlacedMessage> into) {
        long bytes = 0;
        for (int i = HEADER; i + 2 < reply.size(); i += 3) {
            PlacedMessage message = placed(asked.conversation(), intervals, reply, i);
            bytes += message.placed().length;
            if (into.size() >= Math.max(asked.maxMessages(), 1) || (!into.isEmpty() && bytes > asked.maxBytes())) {
                return true;
            }
            into.add(message);
        }
        return false;
    }

    /** To the reader of a stretch, what stood before it is what the stretch before ended with. */
    static PlacedMessage placed(ConversationKey conversation, Intervals intervals, Reply reply, int i) {
        long position = reply.number(i);
        long prev = reply.number(i + 1);
        for (Interval one : intervals.all()) {
            if (one.joined() <= position && position <= one.left() && prev < one.joined()) {
                prev = intervals.endBefore(one);
                break;
            }
        }
        return new PlacedMessage(conversation, position, prev, PlacedCodec.encode(position, prev, reply.bytes(i + 2)));
    }
}
