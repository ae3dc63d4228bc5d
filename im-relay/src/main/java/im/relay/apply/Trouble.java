package im.relay.apply;

/** Why a partition drops what it has in flight and seeks again (D3). */
enum Trouble {
    ASSIGNED,
    /** The view is not where it was left: somebody else moved it, or it fell back. */
    VIEW_MOVED,
    /** A mark of the index is not what it was left at. */
    MARK_MOVED,
    /** A port failed or did not answer in time. */
    NO_ANSWER,
    /** The log has a new epoch. */
    NEW_EPOCH,
    /** The view has seen what the log does not have (D8). */
    LOST_TAIL,
    /** A record that this version cannot read. */
    NEWER_FORMAT
}
