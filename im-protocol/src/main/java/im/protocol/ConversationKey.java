package im.protocol;

import java.util.List;

/**
 * The canonical name of a conversation in log and store: {@code d|<smaller uid>|<larger uid>}, the uids in the order
 * of {@link String#compareTo}. Uids cannot contain {@code |}, so the text is unambiguous.
 *
 * @param first the smaller uid
 * @param second the larger uid; equal to {@code first} in a conversation with oneself
 */
public record ConversationKey(String first, String second) {

    public ConversationKey {
        if (!Ids.isValid(first) || !Ids.isValid(second) || first.compareTo(second) > 0) {
            throw new IllegalArgumentException("not a direct conversation: first=" + first + " second=" + second);
        }
    }

    /** The direct conversation of two uids, in either order. */
    public static ConversationKey direct(String a, String b) {
        return a.compareTo(b) <= 0 ? new ConversationKey(a, b) : new ConversationKey(b, a);
    }

    /** Reads {@link #text()} back; throws {@link IllegalArgumentException} on anything else. */
    public static ConversationKey parse(String text) {
        int bar = text.indexOf('|', 2);
        if (!text.startsWith("d|") || bar < 0) {
            throw new IllegalArgumentException("not a conversation key: " + text);
        }
        return new ConversationKey(text.substring(2, bar), text.substring(bar + 1));
    }

    /** The other uid, seen by {@code uid}, who must be one of the two. */
    public String peerOf(String uid) {
        return uid.equals(first) ? second : first;
    }

    /** Both uids; the one, in a conversation with oneself. */
    public List<String> uids() {
        return first.equals(second) ? List.of(first) : List.of(first, second);
    }

    public boolean includes(String uid) {
        return uid.equals(first) || uid.equals(second);
    }

    public String text() {
        return "d|" + first + "|" + second;
    }

    @Override
    public String toString() {
        return text();
    }
}
