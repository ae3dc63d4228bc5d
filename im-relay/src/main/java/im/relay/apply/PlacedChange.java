package im.relay.apply;

import im.protocol.Ids;
import im.protocol.Limits;
import im.protocol.codec.EnvelopeCodec;
import im.protocol.v1.MembershipChange;
import im.relay.LoggedMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message that changes who belongs to its group. */
record PlacedChange(LoggedMessage message, MembershipChange change) {

    /**
     * Null where the message is no such, or is none that a gateway would have accepted: then it changes nothing.
     *
     * @throws Feed.NewerFormatException when this version does not know what it means
     */
    static @Nullable PlacedChange of(LoggedMessage message) {
        if (!message.conversation().isGroup()) {
            return null;
        }
        MembershipChange change;
        try {
            change = EnvelopeCodec.membership(message.envelope());
        } catch (IllegalArgumentException e) {
            return null;
        }
        if (change == null || !isSound(change.getUidsList())) {
            return null;
        }
        if (change.getKind() == MembershipChange.Kind.UNRECOGNIZED
                || change.getRole() == MembershipChange.Role.UNRECOGNIZED
                || change.getPosting() == MembershipChange.Posting.UNRECOGNIZED
                || change.getJoining() == MembershipChange.Joining.UNRECOGNIZED) {
            throw new Feed.NewerFormatException(message.position());
        }
        return new PlacedChange(message, change);
    }

    private static boolean isSound(List<String> uids) {
        return uids.size() <= Limits.MEMBERSHIP_UIDS && uids.stream().allMatch(Ids::isValid);
    }

    String group() {
        return message.conversation().group();
    }

    /** How many uids it may change. */
    int uids() {
        return 1 + change.getUidsCount();
    }
}
