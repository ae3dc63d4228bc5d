package im.client;

import im.client.MembershipChange.Kind;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Groups: who is in them, and changes of that. Each change is sent into its group as a message is, in the order of the calls, ends in one
 * {@link SendOutcome}, and comes back to every member in its place among the group's messages. From any thread.
 */
public final class Groups {
    private final ClientSession session;

    Groups(ClientSession session) {
        this.session = session;
    }

    /**
     * What the group is, and this client's uid in it. Not as a message: fails at once without a connection, and with
     * {@link ImClientException} when the gateway refuses: FORBIDDEN for who is no member, be there such a
     * group or not, unless joining is open.
     */
    public CompletableFuture<GroupInfo> info(String group) {
        return members(group, "", 0, false).thenApply(GroupMembers::info);
    }

    /**
     * Who is in a group that this client's uid is in; fails as {@link #info} does.
     *
     * @param after the last one of the part before; empty for the first
     * @param limit 1–500
     */
    public CompletableFuture<GroupMembers> members(String group, String after, int limit) {
        return members(group, after, limit, false);
    }

    /**
     * Who is in a group and how far each has it, as {@link #members}; TOO_LARGE in a group with more members than the
     * server allows for receipts.
     */
    public CompletableFuture<GroupMembers> readers(String group, String after, int limit) {
        return members(group, after, limit, true);
    }

    private CompletableFuture<GroupMembers> members(String group, String after, int limit, boolean receipts) {
        Conversation named = Conversation.group(group);
        return session.ask(
                Frames.group(named.id(), after, limit, receipts), answer -> Memberships.read(answer.getGroupInfo()));
    }

    /** Begins a group, which this client's uid owns. CONFLICT where there is one of this id, or was. */
    public CompletableFuture<SendOutcome> create(String group, List<String> others, String title) {
        return change(group, new MembershipChange(Kind.CREATED, others, null, null, null, title));
    }

    /** As owner or admin. TOO_LARGE above what a group, or one of the uids, may have. */
    public CompletableFuture<SendOutcome> add(String group, String... uids) {
        return change(group, MembershipChange.of(Kind.ADDED, List.of(uids)));
    }

    /** As owner or admin; only the owner removes an admin. */
    public CompletableFuture<SendOutcome> remove(String group, String... uids) {
        return change(group, MembershipChange.of(Kind.REMOVED, List.of(uids)));
    }

    /** Where {@link MembershipChange.Joining#OPEN joining is open}. */
    public CompletableFuture<SendOutcome> join(String group) {
        return change(group, MembershipChange.of(Kind.JOINED, List.of()));
    }

    /** Not as the owner, who hands the group over first. */
    public CompletableFuture<SendOutcome> leave(String group) {
        return change(group, MembershipChange.of(Kind.LEFT, List.of()));
    }

    /** As owner. {@link MembershipChange.Role#OWNER} hands the group over to the one uid. */
    public CompletableFuture<SendOutcome> role(String group, MembershipChange.Role role, String... uids) {
        return change(group, new MembershipChange(Kind.ROLE_CHANGED, List.of(uids), role, null, null, ""));
    }

    /** As owner or admin. What is null, or empty, stays as it was. */
    public CompletableFuture<SendOutcome> settings(
            String group,
            MembershipChange.@Nullable Posting posting,
            MembershipChange.@Nullable Joining joining,
            String title) {
        return change(group, new MembershipChange(Kind.SETTINGS_CHANGED, List.of(), null, posting, joining, title));
    }

    /** As owner: nobody is a member any more, and nobody will be. */
    public CompletableFuture<SendOutcome> dissolve(String group) {
        return change(group, MembershipChange.of(Kind.DISSOLVED, List.of()));
    }

    private CompletableFuture<SendOutcome> change(String group, MembershipChange change) {
        return session.send(new OutgoingMessage(Conversation.group(group), null, "", new Content.Membership(change)));
    }
}
