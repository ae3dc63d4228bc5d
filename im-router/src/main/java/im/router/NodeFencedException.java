package im.router;

/** This process holds no lease at the moment: nothing may be done in its name. It comes back with another one. */
public final class NodeFencedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public NodeFencedException() {
        super("this node holds no lease", null, false, false);
    }
}
