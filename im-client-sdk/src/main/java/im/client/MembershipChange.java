package im.client;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who belongs to a group and what they may do, from its place in the group on; by whom is the message's sender.
 *
 * @param uids whom it is about; of {@link Kind#CREATED} the first members besides the sender. At most 500
 * @param role of {@link Kind#ROLE_CHANGED}; otherwise null
 * @param posting who may send; null where it stays as it was
 * @param joining who may join; null where it stays as it was
 * @param title at most 256 bytes; empty where it stays as it was
 */
public record MembershipChange(
        Kind kind,
        List<String> uids,
        @Nullable Role role,
        @Nullable Posting posting,
        @Nullable Joining joining,
        String title) {

    /** What changes. */
    public enum Kind {
        CREATED,
        ADDED,
        REMOVED,
        JOINED,
        LEFT,
        ROLE_CHANGED,
        SETTINGS_CHANGED,
        DISSOLVED,
        /** A change that this version of the client does not know. */
        OTHER
    }

    /** What a member may do. */
    public enum Role {
        MEMBER,
        ADMIN,
        OWNER
    }

    /** Who may send messages. */
    public enum Posting {
        ALL,
        /** The owner and the admins. */
        ADMINS
    }

    /** How one becomes a member. */
    public enum Joining {
        INVITED,
        OPEN
    }

    public MembershipChange {
        uids = List.copyOf(uids);
    }

    static MembershipChange of(Kind kind, List<String> uids) {
        return new MembershipChange(kind, uids, null, null, null, "");
    }
}
