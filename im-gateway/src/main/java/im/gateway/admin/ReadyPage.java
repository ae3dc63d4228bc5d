package im.gateway.admin;

import io.vertx.core.json.JsonObject;
import java.util.List;

/** {@code {"status":"ready"}}, or {@code {"status":"not ready","reasons":{NAME: WHY, …}}}. */
final class ReadyPage {
    private static final String READY = "ready";

    private final List<HealthCheck> checks;

    ReadyPage(List<HealthCheck> checks) {
        this.checks = List.copyOf(checks);
    }

    JsonObject page() {
        JsonObject reasons = new JsonObject();
        for (HealthCheck check : checks) {
            String reason = check.reason().get();
            if (reason != null) {
                reasons.put(check.name(), reason);
            }
        }
        return reasons.isEmpty()
                ? new JsonObject().put("status", READY)
                : new JsonObject().put("status", "not ready").put("reasons", reasons);
    }

    static boolean isReady(JsonObject page) {
        return READY.equals(page.getString("status"));
    }
}
