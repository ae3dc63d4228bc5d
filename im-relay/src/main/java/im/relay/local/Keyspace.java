package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.MessageId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What lies where in the store, format {@link #FORMAT}. Numbers are big endian, 8 bytes unless said otherwise; texts
 * are ASCII and hold no 0x00, so that 0x00 ends them; a conversation is its canonical text.
 *
 * <ul>
 *   <li>{@code messages}: conversation 0x00 position → {@code im.v1.Placed}
 *   <li>{@code index}: uid 0x00 conversation → head. Both uids of a direct conversation have an entry, a uid alone
 *       with itself has one; the conversation's head is read from the smaller uid's. uid 0x00 alone → the version of
 *       the uid's index, which is the largest head in it, or the largest place that ever was in {@code joined}
 *   <li>{@code conversations}: conversation → head, floor, messages held, their bytes (see Extent). What stands at or
 *       below the floor is held no more
 *   <li>{@code dedupe}: generation, conversation 0x00 sender 0x00 message id (16 bytes) → request hash (16 bytes),
 *       accepted ms, last seen ms. A generation is named by the log's clock when it began (see DedupeWindow)
 *   <li>{@code cursors}: uid 0x00 device 0x00 conversation → position
 *   <li>{@code reads}: uid 0x00 conversation → position up to which the uid has read
 *   <li>{@code groups}: group → posting, joining, members, where it was created, last changed and dissolved (0 for not),
 *       then owner 0x00 title (UTF-8)
 *   <li>{@code members}: group 0x00 uid → role, where it joined (both 0 for no member), and for each stretch before
 *       where it joined and left, the first of them empty where earlier ones were dropped (see Membership)
 *   <li>{@code joined}: uid 0x00 group → where this uid's membership last changed, and when by the log's clock. uid 0x00
 *       alone → of how many groups it is a member, up to which position none that was dissolved is among them, and where
 *       its membership of any group last changed
 *   <li>{@code devices}: uid 0x00 device → start position, since ms, last used ms, the log's last position then (see
 *       DeviceEntry)
 *   <li>{@code meta}: {@code format} → 4 bytes; {@code log_id} → text; {@code last} → last position, the log's clock;
 *       {@code generations} → the names of the generations held, oldest first; {@code conservation} → eight numbers (see
 *       Conservation), first of others' messages, then of own: accepted, acknowledged, truncated, written off;
 *       {@code seen} 0x00 uid → when a connection of the uid last ended, milliseconds since 1970
 * </ul>
 *
 * What one commit changes is written as one batch, and synced. Format 1 had neither {@code conversations} nor
 * {@code reads} nor versions, format 2 had no {@code conservation}, format 3 no groups; all are brought to this one when they are opened.
 */
final class Keyspace {
    /** Of the whole folder: stands in the file FORMAT and under {@code meta}. */
    static final int FORMAT = 4;

    static final int OLDEST_FORMAT = 1;

    static final int HASH_BYTES = 16;

    static final byte[] META_FORMAT = ascii("format");
    static final byte[] META_LOG_ID = ascii("log_id");
    static final byte[] META_LAST = ascii("last");
    static final byte[] META_CONSERVATION = ascii("conservation");
    static final byte[] META_GENERATIONS = ascii("generations");

    private static final byte[] EMPTY = {};

    private Keyspace() {}

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
    }

    static byte[] message(ConversationKey conversation, long position) {
        byte[] name = ascii(conversation.text());
        return ByteBuffer.allocate(name.length + 9)
                .put(name)
                .put((byte) 0)
                .putLong(position)
                .array();
    }

    static byte[] messagePrefix(ConversationKey conversation) {
        return ascii(conversation.text() + '\0');
    }

    static long messagePosition(byte[] key) {
        return number(key, key.length - 8);
    }

    static byte[] index(String uid, ConversationKey conversation) {
        return joined(uid, conversation.text(), EMPTY);
    }

    /** Where the head of a conversation is read. */
    static byte[] head(ConversationKey conversation) {
        return index(conversation.first(), conversation);
    }

    static byte[] indexPrefix(String uid) {
        return joined(uid, "", EMPTY);
    }

    /** Where the version of a uid's index is. */
    static byte[] version(String uid) {
        return indexPrefix(uid);
    }

    static byte[] conversation(ConversationKey conversation) {
        return ascii(conversation.text());
    }

    static byte[] read(String uid, ConversationKey conversation) {
        return index(uid, conversation);
    }

    static byte[] seen(String uid) {
        return joined("seen", uid, EMPTY);
    }

    static byte[] devicePrefix(String uid) {
        return indexPrefix(uid);
    }

    static byte[] member(String group, String uid) {
        return joined(group, uid, EMPTY);
    }

    static byte[] joined(String uid, String group) {
        return joined(uid, group, EMPTY);
    }

    /** An identity without its generation. */
    static byte[] identity(ConversationKey conversation, String sender, MessageId id) {
        byte[] name = ascii(conversation.text());
        byte[] uid = ascii(sender);
        return ByteBuffer.allocate(name.length + uid.length + 18)
                .put(name)
                .put((byte) 0)
                .put(uid)
                .put((byte) 0)
                .putLong(id.high())
                .putLong(id.low())
                .array();
    }

    static byte[] dedupe(long generation, byte[] identity) {
        return ByteBuffer.allocate(8 + identity.length)
                .putLong(generation)
                .put(identity)
                .array();
    }

    static byte[] cursor(String uid, String device, ConversationKey conversation) {
        return joined(uid, device, afterZero(conversation.text()));
    }

    static byte[] cursorPrefix(String uid, String device) {
        return joined(uid, device, afterZero(""));
    }

    static byte[] device(String uid, String device) {
        return joined(uid, device, EMPTY);
    }

    /** The first key behind all that begin with {@code prefix}, whose last byte is 0x00. */
    static byte[] behind(byte[] prefix) {
        byte[] next = prefix.clone();
        next[next.length - 1]++;
        return next;
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    static byte[] number(long value) {
        return ByteBuffer.allocate(8).putLong(value).array();
    }

    static byte[] numbers(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(8 * values.length);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    static long number(byte[] bytes, int at) {
        return ByteBuffer.wrap(bytes).getLong(at);
    }

    private static byte[] joined(String first, String second, byte[] rest) {
        byte[] a = ascii(first);
        byte[] b = ascii(second);
        byte[] key = new byte[a.length + 1 + b.length + rest.length];
        System.arraycopy(a, 0, key, 0, a.length);
        System.arraycopy(b, 0, key, a.length + 1, b.length);
        System.arraycopy(rest, 0, key, a.length + 1 + b.length, rest.length);
        return key;
    }

    private static byte[] afterZero(String text) {
        return ascii('\0' + text);
    }
}
