package im.gateway.connection;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports each kind of failure of our own code once, with its stack trace: a peer may cause the same one for ever. Any
 * thread.
 */
public final class FailureLog {
    private static final Logger LOG = LoggerFactory.getLogger(FailureLog.class);
    private static final int MAX_KINDS = 100;

    private final Set<String> known = ConcurrentHashMap.newKeySet();

    public void report(String where, Throwable failure) {
        StackTraceElement[] trace = failure.getStackTrace();
        String kind = failure.getClass().getName() + (trace.length == 0 ? "" : trace[0]);
        if (known.size() < MAX_KINDS && known.add(kind)) {
            LOG.error("{} failed; this kind is not reported again", where, failure);
        } else {
            LOG.debug("{} failed again", where, failure);
        }
    }
}
