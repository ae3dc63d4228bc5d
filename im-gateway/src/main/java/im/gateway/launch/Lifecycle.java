package im.gateway.launch;

import im.gateway.admin.HealthCheck;
import im.relay.MessageLog;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the readiness page is told. Any thread. */
final class Lifecycle {
    private volatile @Nullable String reason = "starting";
    private volatile @Nullable MessageLog log;

    List<HealthCheck> checks() {
        return List.of(new HealthCheck("server", () -> reason), new HealthCheck("message-log", this::logFailure));
    }

    private @Nullable String logFailure() {
        MessageLog opened = log;
        return opened == null ? null : opened.failure();
    }

    void opened(MessageLog opened) {
        log = opened;
    }

    void ready() {
        reason = null;
    }

    void draining() {
        reason = "draining";
    }
}
