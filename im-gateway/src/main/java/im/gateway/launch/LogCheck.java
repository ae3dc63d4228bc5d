package im.gateway.launch;

import im.gateway.admin.HealthCheck;
import im.relay.MessageLog;
import org.jspecify.annotations.Nullable;

/** Whether the message log takes messages, once it is open. Any thread. */
final class LogCheck {
    private volatile @Nullable MessageLog log;

    HealthCheck check() {
        return new HealthCheck("message-log", this::failure);
    }

    void opened(MessageLog opened) {
        log = opened;
    }

    private @Nullable String failure() {
        MessageLog opened = log;
        return opened == null ? null : opened.failure();
    }
}
