package im.gateway.delivery;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.ConversationName;
import im.protocol.v1.GroupStanding;
import im.protocol.v1.HeadsPage;
import im.protocol.v1.Placed;
import im.relay.ConversationStore.ConversationHead;
import im.relay.GroupStore.Standing;
import im.relay.PlacedMessage;

/** The list of conversations as the client sees it, and the token between its pages: the order of the last one listed. */
public final class HeadFrames {
    private static final int TOKEN_LENGTH = 19;

    private HeadFrames() {}

    static HeadsPage.Head head(String uid, ConversationHead head) {
        HeadsPage.Head.Builder frame = HeadsPage.Head.newBuilder()
                .setConversation(ConversationName.of(head.conversation(), uid).onWire())
                .setHead(head.head())
                .setFirstHeld(head.firstHeld())
                .setCursor(head.cursor())
                .setRead(head.read())
                .setUnread(head.unread())
                .setPeerDelivered(head.peerDelivered())
                .setPeerRead(head.peerRead());
        Standing standing = head.standing();
        if (standing != null) {
            frame.setStanding(standing(standing).setDissolved(!standing.exists()));
        }
        PlacedMessage last = head.last();
        if (last != null) {
            frame.setLast(placed(last));
        }
        return frame.build();
    }

    static GroupStanding.Builder standing(Standing standing) {
        return GroupStanding.newBuilder()
                .setGroup(standing.group())
                .setRole(standing.role())
                .setJoined(standing.joined())
                .setPosting(standing.posting())
                .setJoining(standing.joining())
                .setTitle(standing.title())
                .setMembers(standing.members())
                .setChangedAt(standing.changedAt());
    }

    private static Placed placed(PlacedMessage message) {
        try {
            return Placed.parseFrom(message.placed());
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("the store holds what is no message", e);
        }
    }

    static String token(long order) {
        return Long.toString(order);
    }

    /** What the token says, {@link Long#MAX_VALUE} for none; 0 when it is not one of ours. */
    public static long below(String token) {
        if (token.isEmpty()) {
            return Long.MAX_VALUE;
        }
        if (token.length() > TOKEN_LENGTH || !token.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return 0;
        }
        try {
            return Long.parseLong(token);
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
