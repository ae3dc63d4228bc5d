package im.gateway.admin;

import io.vertx.core.json.JsonObject;
import java.util.List;

/**
 * {@code {"status":"ready"}}, or {@code {"status":"not ready","reasons":{NAME: WHY, …}}}; either with
 * {@code "degraded":{NAME: WHY, …}} where something is not as it should be that does not keep clients away.
 */
final class ReadyPage {
    private static final String READY = "ready";

    private final List<HealthCheck> checks;

    ReadyPage(List<HealthCheck> checks) {
        this.checks = List.copyOf(checks);
    }

    JsonObject page() {
        JsonObject reasons = new JsonObject();
        JsonObject degraded = new JsonObject();
        for (HealthCheck check : checks) {
            String reason = check.reason().get();
            if (reason != null) {
                (check.vital() ? reasons : degraded).put(check.name(), reason);
            }
        }
        JsonObject page = reasons.isEmpty()
                ? new JsonObject().put("status", READY)
                : new JsonObject().put("status", "not ready").put("reasons", reasons);
        return degraded.isEmpty() ? page : page.put("degraded", degraded);
    }

    static boolean isReady(JsonObject page) {
        return READY.equals(page.getString("status"));
    }
}
