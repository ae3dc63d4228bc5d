package im.gateway.room;

import im.relay.GroupStore.Standing;

/** One session's membership of one room. Event loop only. */
public final class Place {
    final Room room;
    final RoomMember member;
    long joined;
    boolean gone;

    Place(Room room, RoomMember member, long joined) {
        this.room = room;
        this.member = member;
        this.joined = joined;
    }

    public String group() {
        return room.group();
    }

    /** Nothing of the room is forwarded from now on; calling it again does nothing. */
    public void leave() {
        if (!gone) {
            gone = true;
            room.left();
        }
    }

    /** Whether it is of the stretch that began there. */
    public boolean isSince(long position) {
        return !gone && joined == position;
    }

    /** Whether it was entered on word that is newer than the answer. */
    public boolean isNewerThan(Standing standing) {
        return !gone && Room.isAhead(joined, standing);
    }

    public boolean isGone() {
        return gone;
    }
}
