package im.protocol;

import java.util.List;

/**
 * The canonical name of a conversation in log and store: {@code d|<smaller uid>|<larger uid>} for a direct one, the uids in
 * the order of {@link String#compareTo}, and {@code g|<group>} for a group. Ids cannot contain {@code |}, so the text is
 * unambiguous.
 *
 * @param first the smaller uid; of a group its id
 * @param second the larger uid, equal to {@code first} in a conversation with oneself; of a group empty
 */
public record ConversationKey(String first, String second) {

    public ConversationKey {
        boolean group = second.isEmpty();
        if (!Ids.isValid(first) || (!group && (!Ids.isValid(second) || first.compareTo(second) > 0))) {
            throw new IllegalArgumentException("not a conversation: first=" + first + " second=" + second);
        }
    }

    /** The direct conversation of two uids, in either order. */
    public static ConversationKey direct(String a, String b) {
        if (b.isEmpty()) {
            throw new IllegalArgumentException("not a uid: " + b);
        }
        return a.compareTo(b) <= 0 ? new ConversationKey(a, b) : new ConversationKey(b, a);
    }

    /** The conversation of all members of a group. */
    public static ConversationKey group(String group) {
        return new ConversationKey(group, "");
    }

    /** Reads {@link #text()} back; throws {@link IllegalArgumentException} on anything else. */
    public static ConversationKey parse(String text) {
        if (text.startsWith("g|")) {
            return group(text.substring(2));
        }
        int bar = text.indexOf('|', 2);
        if (!text.startsWith("d|") || bar < 0) {
            throw new IllegalArgumentException("not a conversation key: " + text);
        }
        return direct(text, text.substring(2, bar), text.substring(bar + 1));
    }

    private static ConversationKey direct(String text, String first, String second) {
        if (first.compareTo(second) > 0) {
            throw new IllegalArgumentException("not a conversation key: " + text);
        }
        return direct(first, second);
    }

    public boolean isGroup() {
        return second.isEmpty();
    }

    /** The group's id. */
    public String group() {
        if (!isGroup()) {
            throw new IllegalStateException(text() + " is no group");
        }
        return first;
    }

    /** The other uid of a direct conversation, seen by {@code uid}, who must be one of the two. */
    public String peerOf(String uid) {
        return uid.equals(first) ? second : first;
    }

    /** Both uids of a direct conversation; the one, in a conversation with oneself. Of a group nobody: it has members. */
    public List<String> uids() {
        return isGroup() ? List.of() : first.equals(second) ? List.of(first) : List.of(first, second);
    }

    /** Whether it is a direct conversation of this uid's. */
    public boolean includes(String uid) {
        return !isGroup() && (uid.equals(first) || uid.equals(second));
    }

    public String text() {
        return isGroup() ? "g|" + first : "d|" + first + "|" + second;
    }

    @Override
    public String toString() {
        return text();
    }
}
