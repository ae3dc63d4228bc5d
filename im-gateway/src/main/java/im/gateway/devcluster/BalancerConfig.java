package im.gateway.devcluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * HAProxy's configuration in front of the gateways of one machine. Connections are balanced as they are, whatever is
 * spoken on them; a gateway that is not ready gets no new ones and keeps those it has, so it can drain.
 */
final class BalancerConfig {
    private static final String HEAD = """
            defaults
                mode tcp
                balance leastconn
                timeout connect 2s
                # Longer than a client is silent.
                timeout client 5m
                timeout server 5m
                retries 3
                option redispatch 1
                default-server inter 500ms fastinter 200ms fall 2 rise 1
            """;

    private BalancerConfig() {}

    /**
     * The address that HAProxy connects from. On Linux it is one that no client has, so that gateways can tell it from
     * clients that come to them directly; elsewhere there is only one loopback address, and no PROXY header is sent.
     */
    static Optional<String> source() {
        return Files.isDirectory(Path.of("/proc/self/net")) ? Optional.of("127.0.0.2") : Optional.empty();
    }

    static String of(ClusterPlan plan) {
        return HEAD + listener(plan, "ws", "http") + listener(plan, "tcp", "tcp");
    }

    private static String listener(ClusterPlan plan, String name, String gatewayListener) {
        StringBuilder text = new StringBuilder("\nlisten " + name + "\n");
        text.append("    bind ")
                .append(plan.address(ClusterPlan.BALANCER + "." + name))
                .append('\n');
        text.append("    option httpchk GET /readyz\n");
        text.append("    http-check expect status 200\n");
        source().ifPresent(address -> text.append("    source ").append(address).append('\n'));
        for (String gateway : plan.names(Role.GATEWAY)) {
            text.append("    server ")
                    .append(gateway)
                    .append(' ')
                    .append(plan.address(gateway + "." + gatewayListener));
            text.append(" check port ").append(plan.port(gateway + ".admin"));
            text.append(source().isPresent() ? " send-proxy-v2\n" : "\n");
        }
        return text.toString();
    }
}
