package im.router.etcd;

import io.etcd.jetcd.common.exception.EtcdException;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/** What kind of failure a call met. */
enum Failure {
    /** Nobody answered, or not in time: worth another try, maybe on another connection. */
    UNREACHABLE,
    /** The lease that the call named has ended. */
    NO_LEASE,
    /** User, password or rights are not what the servers want. */
    REFUSED,
    /** Too many calls in flight, or the breaker is open; nothing was sent. */
    NOT_ASKED,
    OTHER;

    static Failure of(Throwable thrown) {
        if (thrown instanceof EtcdUnavailable known) {
            return known.failure();
        }
        return switch (code(thrown)) {
            case UNAUTHENTICATED, PERMISSION_DENIED -> REFUSED;
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, RESOURCE_EXHAUSTED, ABORTED -> UNREACHABLE;
            case UNKNOWN -> said(text(thrown), UNREACHABLE);
            default -> said(text(thrown), OTHER);
        };
    }

    /** By etcd's own words, for which it has several codes. */
    private static Failure said(String text, Failure otherwise) {
        if (text.contains("lease not found")) {
            return NO_LEASE;
        }
        // "etcdserver: authentication failed, ...", and, where a version forgot to translate it, "auth: ...".
        boolean refused = text.contains("etcdserver: auth")
                || text.contains("auth: ")
                || text.contains("etcdserver: invalid auth")
                || text.contains("etcdserver: permission denied")
                || text.contains("etcdserver: user name is empty")
                || text.contains("etcdserver: revision of auth");
        return refused ? REFUSED : otherwise;
    }

    /** The words of the deepest cause that has any, in one line. */
    static String text(Throwable thrown) {
        String text = thrown.getClass().getSimpleName();
        int depth = 0;
        for (@Nullable Throwable at = thrown; at != null && depth < 10; at = at.getCause(), depth++) {
            String message = at.getMessage();
            text = message == null || message.isBlank() ? text : message;
        }
        int end = text.indexOf('\n');
        return end < 0 ? text : text.substring(0, end);
    }

    private static Status.Code code(Throwable thrown) {
        int depth = 0;
        for (@Nullable Throwable at = thrown; at != null && depth < 10; at = at.getCause(), depth++) {
            if (at instanceof EtcdException etcd) {
                return Status.Code.valueOf(etcd.getErrorCode().name());
            }
        }
        return Status.fromThrowable(thrown).getCode();
    }
}
