package im.protocol;

import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Joining;
import im.protocol.v1.MembershipChange.Posting;
import im.protocol.v1.MembershipChange.Role;
import im.protocol.v1.Send;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a well-formed change of a group's membership is, whoever says it. No state. */
public final class MembershipRules {
    private MembershipRules() {}

    /** Why a change is none: {@code tooLarge} for what exceeds a bound, otherwise it is malformed. */
    public record Problem(boolean tooLarge, String field, String text) {}

    /** Null when the change is well formed; whether its sender may make it is not looked at. */
    public static @Nullable Problem check(Send send) {
        MembershipChange change = send.getMembership();
        if (!send.getContentType().isEmpty()) {
            return malformed("content_type", "a membership change has no content_type");
        }
        if (send.getTransient()) {
            return malformed("transient", "a membership change is not transient");
        }
        Problem bound = bounds(change);
        return bound != null ? bound : parts(change);
    }

    private static @Nullable Problem bounds(MembershipChange change) {
        if (change.getUidsCount() > Limits.MEMBERSHIP_UIDS) {
            return new Problem(true, "uids", "more than " + Limits.MEMBERSHIP_UIDS + " uids");
        }
        if (change.getTitle().getBytes(StandardCharsets.UTF_8).length > Limits.TITLE_BYTES) {
            return new Problem(true, "title", "title has more than " + Limits.TITLE_BYTES + " bytes");
        }
        Set<String> uids = new HashSet<>();
        for (String uid : change.getUidsList()) {
            if (!Ids.isValid(uid) || !uids.add(uid)) {
                return malformed("uids", "one of the uids is none, or there twice");
            }
        }
        return null;
    }

    private static @Nullable Problem parts(MembershipChange change) {
        boolean named = change.getUidsCount() > 0;
        boolean settings = change.getPosting() != Posting.POSTING_UNSPECIFIED
                || change.getJoining() != Joining.JOINING_UNSPECIFIED
                || !change.getTitle().isEmpty();
        boolean role = change.getRole() != Role.ROLE_UNSPECIFIED;
        if (change.getRole() == Role.UNRECOGNIZED
                || change.getPosting() == Posting.UNRECOGNIZED
                || change.getJoining() == Joining.UNRECOGNIZED) {
            return malformed("membership", "role, posting or joining is unknown");
        }
        return switch (change.getKind()) {
            case CREATED -> role ? malformed("role", "the first members have no other role") : null;
            case ADDED, REMOVED ->
                named && !settings && !role ? null : malformed("membership", "names uids, and nothing else");
            case JOINED, LEFT, DISSOLVED ->
                named || settings || role ? malformed("membership", "says nothing but its kind") : null;
            case ROLE_CHANGED -> roleChange(change, named && role && !settings);
            case SETTINGS_CHANGED ->
                settings && !named && !role ? null : malformed("membership", "names settings, and nothing else");
            default -> malformed("kind", "no kind of change");
        };
    }

    private static @Nullable Problem roleChange(MembershipChange change, boolean complete) {
        if (!complete) {
            return malformed("membership", "names uids and a role, and nothing else");
        }
        return change.getRole() == Role.OWNER && change.getUidsCount() != 1
                ? malformed("uids", "a group has one owner")
                : null;
    }

    private static Problem malformed(String field, String text) {
        return new Problem(false, field, text);
    }
}
