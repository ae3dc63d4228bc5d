package im.router.etcd;

/** A call that etcd did not answer, or refused; whether it had an effect is not known unless the text says so. */
public final class EtcdUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Failure failure;

    EtcdUnavailable(Failure failure, String line) {
        super(line, null, false, false);
        this.failure = failure;
    }

    Failure failure() {
        return failure;
    }
}
