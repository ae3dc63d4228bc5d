package im.gateway.devcluster;

/** Why a cluster cannot do what it was asked for; for the operator, and may end with the end of a log. */
public final class ClusterFailure extends Exception {
    private static final long serialVersionUID = 1;

    ClusterFailure(String text) {
        super(text);
    }

    ClusterFailure(String text, Throwable cause) {
        super(text, cause);
    }
}
