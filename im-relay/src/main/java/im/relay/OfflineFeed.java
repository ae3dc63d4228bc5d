package im.relay;

/**
 * Tells whoever wakes phones of messages whose receivers may not see them otherwise. Best effort: what finds no room is
 * dropped and counted. Safe from any thread; no call blocks.
 */
public interface OfflineFeed {
    /** Where nobody is to be told. */
    OfflineFeed NONE = new OfflineFeed() {
        @Override
        public void missed(String uid, byte[] placed) {
            // Nobody is told.
        }

        @Override
        public void ofGroup(String group, byte[] placed) {
            // Nobody is told.
        }
    };

    /**
     * A direct message has been placed whose receiver had no connection.
     *
     * @param placed the encoded {@code im.v1.Placed}; not changed by anybody after this
     */
    void missed(String uid, byte[] placed);

    /** A message has been placed in a group, of whose members some may be connected. */
    void ofGroup(String group, byte[] placed);
}
