package im.relay.redis;

import im.protocol.ConversationKey;
import im.router.redis.Redis.Call;
import im.router.redis.RedisKeys;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

/**
 * Where the views and the cursors lie. {@code <c>} is a conversation's {@link ConversationKey#text}; within what belongs
 * to a uid a conversation is {@code d} and the other uid, or {@code g} and the group. Positions are decimal, times milliseconds since 1970.
 *
 * <ul>
 *   <li>{@code im:{p<N>}:state} hash, how far partition N is in the view: applied, term (of the leader that took the
 *       record there), floor, holes ({@code from-to}, spaces between), time (the largest log time applied), sampled,
 *       reached and reached_ms (the log took nothing before reached_ms that stands behind reached)
 *   <li>{@code im:{p<N>}:log} the id of the log that this is the view of
 *   <li>{@code im:{p<N>}:times} sorted set, position scored by log time: what is older stands at or below it
 *   <li>{@code im:{p<N>}:due} sorted set, {@code <c>} scored by a position at or below that of its first message held
 *   <li>{@code im:{p<N>}:c:<c>} hash of a conversation: h head, f floor, n messages held, b their bytes, k messages
 *       placed since it is known, o those of its first uid (0 of a group). It is
 *       never dropped. Of a group also t, the log time of the message at the head
 *   <li>{@code im:{p<N>}:m:<c>} stream of its messages, id {@code <position>-0}: p prev, e envelope, k and o as above,
 *       before this message
 *   <li>{@code im:{p<N>}:g:<group>} hash of a group: p posting, j joining, n members, c where it was created, a where it
 *       was last changed, d where it was dissolved (0 for not), o owner, t title. It is never dropped
 *   <li>{@code im:{p<N>}:w:<group>} sorted set of its members, {@code "<uid> <role> <joined>"}, all scored 0, so that they
 *       lie in the order of their uids
 *   <li>{@code im:{p<N>}:x:<group>} hash, uid → {@code "<joined>-<left> …"}, the stretches before, rising, spaces between
 *   <li>{@code im:{p<N>}:left} sorted set, {@code "<group> <uid>"} scored by the end of that uid's first stretch in the
 *       above, and {@code "<group>"} scored by where it was dissolved
 *   <li>{@code im:{u<B>}:marks} hash, partition → position up to which the log is in the indexes of bucket B
 *   <li>{@code im:{u<B>}:i:<uid>} hash, the uid's index: v version, conversation → {@code "<head> <log time>"}
 *   <li>{@code im:{u<B>}:g:<uid>} hash, the uid's groups: group → {@code "<position> <1 for a member, else 0> <log time>"}
 *       of the last change of what it is there, {@code #} how many have 1, {@code #v} a version that moves with these
 *   <li>{@code im:{u<B>}:left} sorted set, {@code "<uid> <group>"} of those that have 0, scored by log time
 *   <li>{@code im:{u<B>}:d:<uid>} hash, device → {@code "<last use> <since> <start> <marks>"}: start is h (at the heads), f
 *       (at the first message held) or c (it has cursors); the marks are the bucket's when it was opened, commas between
 *   <li>{@code im:{u<B>}:k:<uid>:<device>} hash, conversation → position that the device has acknowledged
 *   <li>{@code im:{u<B>}:r:<uid>} hash, conversation → position up to which the uid has read
 * </ul>
 */
final class StoreKeys {
    private static final String CONVERSATION = "c:";
    private static final String MESSAGES = "m:";
    private static final String GROUP = "g:";
    private static final String MEMBERS = "w:";
    private static final String STRETCHES = "x:";

    private final RedisKeys keys;

    StoreKeys(RedisKeys keys) {
        this.keys = keys;
    }

    byte[] state(int partition) {
        return keys.ofPartition(partition, "state");
    }

    /** Some fields of a partition's state, in one reply. */
    Call readState(int partition, String... fields) {
        byte[][] names = Stream.of(fields).map(StoreKeys::bytes).toArray(byte[][]::new);
        return Call.of("HMGET", state(partition), names);
    }

    byte[] log(int partition) {
        return keys.ofPartition(partition, "log");
    }

    byte[] times(int partition) {
        return keys.ofPartition(partition, "times");
    }

    byte[] due(int partition) {
        return keys.ofPartition(partition, "due");
    }

    byte[] conversation(int partition, ConversationKey conversation) {
        return keys.ofPartition(partition, CONVERSATION + conversation.text());
    }

    /** What stands before a conversation's name in the above. */
    byte[] conversationPrefix(int partition) {
        return keys.ofPartition(partition, CONVERSATION);
    }

    byte[] messages(int partition, ConversationKey conversation) {
        return keys.ofPartition(partition, MESSAGES + conversation.text());
    }

    /** What stands before a conversation's name in the above. */
    byte[] messagesPrefix(int partition) {
        return keys.ofPartition(partition, MESSAGES);
    }

    byte[] group(int partition, String group) {
        return keys.ofPartition(partition, GROUP + group);
    }

    byte[] members(int partition, String group) {
        return keys.ofPartition(partition, MEMBERS + group);
    }

    /** What stands before a group in the above. */
    byte[] membersPrefix(int partition) {
        return keys.ofPartition(partition, MEMBERS);
    }

    byte[] stretches(int partition, String group) {
        return keys.ofPartition(partition, STRETCHES + group);
    }

    /** What stands before a group in the above. */
    byte[] stretchesPrefix(int partition) {
        return keys.ofPartition(partition, STRETCHES);
    }

    byte[] left(int partition) {
        return keys.ofPartition(partition, "left");
    }

    byte[] groupsOf(String uid) {
        return keys.ofUid(uid, "g");
    }

    byte[] leftOf(int bucket) {
        return keys.ofBucket(bucket, "left");
    }

    byte[] marks(int bucket) {
        return keys.ofBucket(bucket, "marks");
    }

    byte[] index(String uid) {
        return keys.ofUid(uid, "i");
    }

    byte[] devices(String uid) {
        return keys.ofUid(uid, "d");
    }

    byte[] cursors(String uid, String device) {
        return bytes(new String(cursorsPrefix(uid), StandardCharsets.US_ASCII) + device);
    }

    /** What stands before a device in the above. */
    byte[] cursorsPrefix(String uid) {
        return keys.ofBucket(RedisKeys.bucketOf(uid), "k:" + uid + ":");
    }

    /** What stands before a uid in a key of its own; of cursors a device follows it, with a colon between. */
    byte[] prefix(int bucket, String name) {
        return keys.ofBucket(bucket, name + ":");
    }

    byte[] reads(String uid) {
        return keys.ofUid(uid, "r");
    }

    /** A conversation, within what belongs to one of its uids. */
    static byte[] field(String uid, ConversationKey conversation) {
        return bytes(conversation.isGroup() ? "g" + conversation.group() : "d" + conversation.peerOf(uid));
    }

    /** The conversation that a field of the uid's names. */
    static ConversationKey conversation(String uid, String field) {
        String name = field.substring(1);
        return field.charAt(0) == 'g' ? ConversationKey.group(name) : ConversationKey.direct(uid, name);
    }

    static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }
}
