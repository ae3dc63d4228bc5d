package im.client;

import im.protocol.v1.GroupStanding;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Changes of membership in the protocol's words and the app's. No state. */
final class Memberships {
    private Memberships() {}

    static im.protocol.v1.MembershipChange onWire(MembershipChange change) {
        im.protocol.v1.MembershipChange.Builder built = im.protocol.v1.MembershipChange.newBuilder()
                .setKind(kind(change.kind()))
                .addAllUids(change.uids())
                .setTitle(change.title());
        if (change.role() != null) {
            built.setRole(Role.valueOf(change.role().name()));
        }
        if (change.posting() != null) {
            built.setPosting(Posting.valueOf(change.posting().name()));
        }
        if (change.joining() != null) {
            built.setJoining(Joining.valueOf(change.joining().name()));
        }
        return built.build();
    }

    private static Kind kind(MembershipChange.Kind kind) {
        return kind == MembershipChange.Kind.OTHER ? Kind.KIND_UNSPECIFIED : Kind.valueOf(kind.name());
    }

    static MembershipChange read(im.protocol.v1.MembershipChange change) {
        return new MembershipChange(
                switch (change.getKind()) {
                    case KIND_UNSPECIFIED, UNRECOGNIZED -> MembershipChange.Kind.OTHER;
                    default -> MembershipChange.Kind.valueOf(change.getKind().name());
                },
                change.getUidsList(),
                role(change.getRole()),
                posting(change.getPosting()),
                joining(change.getJoining()),
                change.getTitle());
    }

    static GroupMembers read(im.protocol.v1.GroupInfo answer) {
        List<GroupMember> members = new ArrayList<>(answer.getMembersCount());
        for (im.protocol.v1.GroupInfo.Member member : answer.getMembersList()) {
            MembershipChange.Role role = role(member.getRole());
            members.add(new GroupMember(
                    member.getUid(),
                    role == null ? MembershipChange.Role.MEMBER : role,
                    member.getJoined(),
                    member.getDelivered(),
                    member.getRead()));
        }
        return new GroupMembers(read(answer.getStanding()), members, answer.getMore());
    }

    static GroupInfo read(GroupStanding standing) {
        return new GroupInfo(
                standing.getGroup(),
                role(standing.getRole()),
                standing.getJoined(),
                posting(standing.getPosting()),
                joining(standing.getJoining()),
                standing.getTitle(),
                standing.getMembers(),
                standing.getChangedAt(),
                standing.getDissolved());
    }

    private static MembershipChange.@Nullable Posting posting(Posting posting) {
        return switch (posting) {
            case ALL -> MembershipChange.Posting.ALL;
            case ADMINS -> MembershipChange.Posting.ADMINS;
            case POSTING_UNSPECIFIED, UNRECOGNIZED -> null;
        };
    }

    private static MembershipChange.@Nullable Joining joining(Joining joining) {
        return switch (joining) {
            case INVITED -> MembershipChange.Joining.INVITED;
            case OPEN -> MembershipChange.Joining.OPEN;
            case JOINING_UNSPECIFIED, UNRECOGNIZED -> null;
        };
    }

    private static MembershipChange.@Nullable Role role(Role role) {
        return switch (role) {
            case MEMBER -> MembershipChange.Role.MEMBER;
            case ADMIN -> MembershipChange.Role.ADMIN;
            case OWNER -> MembershipChange.Role.OWNER;
            case ROLE_UNSPECIFIED, UNRECOGNIZED -> null;
        };
    }
}
