package im.gateway.room;

import im.gateway.delivery.SharedFrame;
import im.relay.PlacedMessage;

/** A session as its rooms see it. Event loop only. */
public interface RoomMember {
    String uid();

    /** @param frame the message's Deliver frame, encoded once for all who are live */
    void pushGroup(PlacedMessage message, SharedFrame frame);

    /** What the room knows does not tell what this session may read any more: it compares with the store. */
    void compareSoon();
}
