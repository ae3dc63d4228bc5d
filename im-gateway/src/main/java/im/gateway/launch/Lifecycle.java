package im.gateway.launch;

import im.gateway.admin.HealthCheck;
import im.gateway.edge.EdgeServer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the readiness page is told. Any thread. */
final class Lifecycle {
    private final List<HealthCheck> ofForms;
    private volatile @Nullable String reason = "starting";
    private volatile @Nullable EdgeServer edge;

    /** @param ofForms what the log, the store and whatever else the mode has say of themselves */
    Lifecycle(List<HealthCheck> ofForms) {
        this.ofForms = List.copyOf(ofForms);
    }

    List<HealthCheck> checks() {
        List<HealthCheck> checks = new ArrayList<>();
        checks.add(new HealthCheck("server", () -> reason));
        checks.addAll(ofForms);
        checks.add(new HealthCheck("sockets", this::full));
        return checks;
    }

    /** Every reason why this process should get no new clients, in words; empty when there is none. */
    List<String> troubles() {
        List<String> troubles = new ArrayList<>();
        for (HealthCheck check : checks()) {
            String why = check.reason().get();
            if (why != null) {
                troubles.add(check.name() + ": " + why);
            }
        }
        return troubles;
    }

    private @Nullable String full() {
        EdgeServer listening = edge;
        return listening == null ? null : listening.fullReason();
    }

    /** Connections are taken. */
    void ready(EdgeServer listening) {
        edge = listening;
        reason = null;
    }

    void draining() {
        reason = "draining";
    }

    boolean isDraining() {
        return "draining".equals(reason);
    }
}
