package im.relay;

import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.relay.ConversationStore.Page;
import im.relay.group.GroupState;
import im.relay.group.Membership;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * What stands in groups and who is in them, in the view that the {@link ConversationStore} reads. A read that cannot be
 * served is told as a {@link ReadResult.Failed}. Safe from any thread; no call blocks.
 */
public interface GroupStore {
    /** Groups, or uids, that one call may ask about. */
    int MAX_ASKED = 1_024;

    /** Members that one page may have. */
    int MAX_MEMBERS = 1_000;

    /**
     * What a list of conversations counts as unread in one group, at most: messages of others among the first
     * {@link #MAX_UNREAD_SEEN} that the uid may read above what it has read.
     */
    int MAX_UNREAD = 100;

    int MAX_UNREAD_SEEN = 200;

    /** @throws IllegalArgumentException when so many groups, or uids, are not to be asked about in one call */
    static void requireAsked(int count) {
        require(count, MAX_ASKED, "asked for");
    }

    /** @throws IllegalArgumentException as {@link #requireAsked}, where {@link #MAX_MEMBERS} is the most */
    static void requireMembers(int count) {
        require(count, MAX_MEMBERS, "asked for");
    }

    /** @throws IllegalArgumentException when a page is not to have so many members */
    static void requirePage(int limit) {
        require(limit, MAX_MEMBERS, "wanted on a page");
    }

    private static void require(int count, int most, String what) {
        if (count < 1 || count > most) {
            throw new IllegalArgumentException(count + " " + what + ", expected 1 to " + most);
        }
    }

    /**
     * A number for what the uid is to groups: while it is the same, {@link #groupsOf} names the same groups, of the same
     * stretches, those apart that were dissolved.
     */
    void version(String uid, Executor lane, Consumer<ReadResult<Long>> done);

    /**
     * The groups that the uid is a member of, in the order of their ids, each as of one moment. Fails while one of them
     * cannot be read, or has not got as far as what made the uid a member.
     */
    void groupsOf(String uid, Executor lane, Consumer<ReadResult<List<Standing>>> done);

    /**
     * Of how many groups each uid is a member, in the order asked: for the bound of it. Too few only while what was lost
     * of the index is filled again, and fails while nothing of it is there; a group that was dissolved counts until
     * somebody reads the uid's groups.
     *
     * @param uids 1 to {@link #MAX_ASKED}
     */
    void counts(List<String> uids, Executor lane, Consumer<ReadResult<int[]>> done);

    /** How the uid stands to one group. */
    void standing(String group, String uid, Executor lane, Consumer<ReadResult<Standing>> done);

    /**
     * How several stand to one group, in the order asked, all as of one moment.
     *
     * @param uids 1 to {@link #MAX_ASKED}
     */
    void standings(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Standing>>> done);

    /**
     * The members of a group in the order of their uids.
     *
     * @param after the last one of the page before; empty for the first page
     * @param limit 1 to {@link #MAX_MEMBERS}
     */
    void members(String group, String after, int limit, Executor lane, Consumer<ReadResult<Members>> done);

    /**
     * Where each group stands, in the order asked: for the comparison of many at once.
     *
     * @param groups 1 to {@link #MAX_ASKED}
     */
    void marks(List<String> groups, Executor lane, Consumer<ReadResult<List<Mark>>> done);

    /**
     * {@link ConversationStore#page} of a group for a uid: what stands in its intervals, and nothing else (D15). There
     * {@code prev} of a stretch's first message is the end of the stretch before, or 0; head, floor and first held are
     * those that the uid may know of.
     */
    void page(
            String group,
            String uid,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done);

    /** {@link ConversationStore#pageBefore} of a group for a uid, as {@link #page} does. */
    void pageBefore(
            String group,
            String uid,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done);

    /**
     * How far each uid has a group, in the order asked, whether it is a member or not; not of one moment.
     *
     * @param uids 1 to {@link #MAX_MEMBERS}
     */
    void reached(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Reached>>> done);

    /**
     * @param delivered the largest cursor of any device of the uid; 0 where there is none
     * @param read up to where the uid has read; 0 for nothing
     */
    record Reached(String uid, long delivered, long read) {}

    /**
     * @param role {@code ROLE_UNSPECIFIED} when the uid is no member
     * @param joined since when it is one; 0 when it is none
     * @param exists false where there is no such group, or none any more
     * @param changedAt the place of the group's last change of membership
     * @param head of the group
     */
    record Standing(
            String group,
            String uid,
            Role role,
            long joined,
            boolean exists,
            Posting posting,
            Joining joining,
            String title,
            int members,
            long changedAt,
            long head) {

        /** @param stored what is known of the uid there, whether the group still is or not */
        public static Standing of(String group, String uid, GroupState state, Membership stored, long head) {
            Membership own = state.isOpen() ? stored : Membership.NEVER;
            return new Standing(
                    group,
                    uid,
                    own.role(),
                    own.joined(),
                    state.isOpen(),
                    state.posting(),
                    state.joining(),
                    state.title(),
                    state.members(),
                    state.changedAt(),
                    head);
        }

        public boolean isMember() {
            return role != Role.ROLE_UNSPECIFIED;
        }
    }

    /** @param head of the group; 0 where there is none */
    record Mark(long head, long changedAt) {}

    /** @param more whether members follow the last one */
    record Members(List<Member> members, boolean more) {}

    /** @param joined since when */
    record Member(String uid, Role role, long joined) {}
}
