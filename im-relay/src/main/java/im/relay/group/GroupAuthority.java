package im.relay.group;

import im.protocol.v1.Code;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Who may say what in a group, decided when it is accepted and never again (D14). No state. */
public final class GroupAuthority {
    /** As whom the app's own server comes, a member or not. */
    private static final Membership SERVER = new Membership(Role.OWNER, 1, List.of());

    /** What who was never in a group is told of it, whether there is one or not. */
    public static final String STRANGER = "not a member of the group";

    private GroupAuthority() {}

    /** Why it is refused for good. */
    public record Refusal(Code code, String text) {}

    /**
     * Null when it may be appended.
     *
     * @param change null for a message
     * @param lookup as in {@link GroupState#apply}
     * @param groupsOf how many groups a uid is a member of
     */
    public static @Nullable Refusal judge(
            GroupState group,
            String sender,
            @Nullable MembershipChange change,
            Function<String, Membership> lookup,
            ToIntFunction<String> groupsOf,
            GroupTerms terms) {
        if (change != null && change.getKind() == Kind.CREATED) {
            return terms.anybodyCreates()
                    ? creation(group, sender, change, groupsOf, terms)
                    : forbidden("groups are created by the server only");
        }
        Membership own = lookup.apply(sender);
        if (!group.isOpen()) {
            return own.isStranger() ? forbidden(STRANGER) : new Refusal(Code.NOT_FOUND, "the group is dissolved");
        }
        if (change != null && change.getKind() == Kind.JOINED) {
            return joining(group, sender, own, groupsOf, terms);
        }
        if (!own.isMember()) {
            return forbidden(STRANGER);
        }
        if (change == null) {
            return group.posting() == Posting.ADMINS && !own.isAdmin() ? forbidden("only admins post here") : null;
        }
        return changing(group, own, change, lookup, groupsOf, terms);
    }

    /**
     * The same for the app's own server, which may what an owner may and creates groups in any uid's name; nobody else's
     * leave is needed, but what fits into a group and its uids is the same.
     */
    public static @Nullable Refusal judgeServer(
            GroupState group,
            String sender,
            @Nullable MembershipChange change,
            Function<String, Membership> lookup,
            ToIntFunction<String> groupsOf,
            GroupTerms terms) {
        if (change != null && change.getKind() == Kind.CREATED) {
            return creation(group, sender, change, groupsOf, terms);
        }
        if (!group.isOpen()) {
            return new Refusal(Code.NOT_FOUND, group.exists() ? "the group is dissolved" : "there is no such group");
        }
        if (change == null) {
            return null;
        }
        return change.getKind() == Kind.JOINED || change.getKind() == Kind.LEFT
                ? new Refusal(Code.UNSUPPORTED, "uids join and leave by themselves; the server adds and removes them")
                : changing(group, SERVER, change, lookup, groupsOf, terms);
    }

    private static @Nullable Refusal changing(
            GroupState group,
            Membership own,
            MembershipChange change,
            Function<String, Membership> lookup,
            ToIntFunction<String> groupsOf,
            GroupTerms terms) {
        return switch (change.getKind()) {
            case LEFT -> own.role() == Role.OWNER ? forbidden("the owner hands the group over first") : null;
            case DISSOLVED -> own.role() == Role.OWNER ? null : forbidden("only the owner may");
            case ROLE_CHANGED -> roles(own, change, lookup);
            case SETTINGS_CHANGED -> own.isAdmin() ? null : forbidden("only admins may");
            case ADDED ->
                own.isAdmin()
                        ? room(group, newcomers(change.getUidsList(), lookup), groupsOf, terms)
                        : forbidden("only admins may");
            case REMOVED -> removal(own, change, lookup);
            default -> new Refusal(Code.UNSUPPORTED, "no kind of change that this server knows");
        };
    }

    private static @Nullable Refusal creation(
            GroupState group,
            String sender,
            MembershipChange change,
            ToIntFunction<String> groupsOf,
            GroupTerms terms) {
        if (group.exists()) {
            return new Refusal(Code.CONFLICT, "there is a group of this id, or was");
        }
        List<String> others =
                change.getUidsList().stream().filter(uid -> !uid.equals(sender)).toList();
        Refusal own = tooManyGroups(sender, groupsOf, terms);
        if (own != null) {
            return own;
        }
        return others.size() + 1 > terms.maxMembers() ? full(terms) : room(group, others, groupsOf, terms);
    }

    private static @Nullable Refusal joining(
            GroupState group, String sender, Membership own, ToIntFunction<String> groupsOf, GroupTerms terms) {
        if (own.isMember()) {
            return null;
        }
        return group.joining() == Joining.OPEN
                ? room(group, List.of(sender), groupsOf, terms)
                : forbidden(own.isStranger() ? STRANGER : "members are added by admins here");
    }

    private static List<String> newcomers(List<String> uids, Function<String, Membership> lookup) {
        return uids.stream().filter(uid -> !lookup.apply(uid).isMember()).toList();
    }

    private static @Nullable Refusal room(
            GroupState group, List<String> newcomers, ToIntFunction<String> groupsOf, GroupTerms terms) {
        if (group.members() + newcomers.size() > terms.maxMembers()) {
            return full(terms);
        }
        for (String uid : newcomers) {
            Refusal refusal = tooManyGroups(uid, groupsOf, terms);
            if (refusal != null) {
                return refusal;
            }
        }
        return null;
    }

    private static @Nullable Refusal tooManyGroups(String uid, ToIntFunction<String> groupsOf, GroupTerms terms) {
        return groupsOf.applyAsInt(uid) < terms.maxGroups()
                ? null
                : new Refusal(Code.TOO_LARGE, uid + " is in " + terms.maxGroups() + " groups, which is the limit");
    }

    private static @Nullable Refusal removal(
            Membership own, MembershipChange change, Function<String, Membership> lookup) {
        if (!own.isAdmin()) {
            return forbidden("only admins may");
        }
        for (String uid : change.getUidsList()) {
            Role role = lookup.apply(uid).role();
            if (role == Role.OWNER || (role == Role.ADMIN && own.role() != Role.OWNER)) {
                return forbidden(role == Role.OWNER ? "the owner stays" : "only the owner removes an admin");
            }
        }
        return null;
    }

    private static @Nullable Refusal roles(
            Membership own, MembershipChange change, Function<String, Membership> lookup) {
        if (own.role() != Role.OWNER) {
            return forbidden("only the owner may");
        }
        for (String uid : change.getUidsList()) {
            Membership named = lookup.apply(uid);
            if (!named.isMember()) {
                return new Refusal(Code.NOT_FOUND, uid + " is not a member");
            }
            if (named.role() == Role.OWNER) {
                return forbidden("the owner hands the group over, and is an admin then");
            }
        }
        return null;
    }

    private static Refusal full(GroupTerms terms) {
        return new Refusal(Code.TOO_LARGE, "a group has at most " + terms.maxMembers() + " members");
    }

    private static Refusal forbidden(String text) {
        return new Refusal(Code.FORBIDDEN, text);
    }
}
