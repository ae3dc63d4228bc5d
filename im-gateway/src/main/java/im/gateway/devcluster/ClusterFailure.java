package im.gateway.devcluster;

/** Why a cluster cannot do what it was asked for; for the operator, and may end with the end of a log. */
public final class ClusterFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean usage;

    ClusterFailure(String text) {
        super(text);
        this.usage = false;
    }

    ClusterFailure(String text, Throwable cause) {
        super(text, cause);
        this.usage = false;
    }

    private ClusterFailure(String text, boolean usage) {
        super(text);
        this.usage = usage;
    }

    static ClusterFailure ofUsage(String text) {
        return new ClusterFailure(text, true);
    }

    /** Whether it was asked for something that there is not, so that another word helps. */
    public boolean isUsage() {
        return usage;
    }
}
