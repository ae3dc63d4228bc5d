package im.router;

/**
 * Where one connection is.
 *
 * @param node {@link #HERE} for this process, else {@link NodeId#packed()} of another
 * @param connection its id there, never 0
 */
public record Route(long node, long connection) {
    /** The node of this process; no {@link NodeId} packs to it. */
    public static final long HERE = 0;

    public boolean isHere() {
        return node == HERE;
    }
}
