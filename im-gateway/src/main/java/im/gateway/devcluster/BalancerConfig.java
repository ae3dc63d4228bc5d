package im.gateway.devcluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * HAProxy's configuration in front of the gateways of one machine. Connections are balanced as they are, and polls come
 * back to the gateway of their session; one that is not ready gets no new connections and keeps those it has, so it can
 * drain.
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

    /** As deploy/haproxy.cfg has it. */
    private static final String POLLS = """
                mode http
                timeout http-request 10s
                timeout tunnel 5m
                stick-table type string len 64 size 20k expire 10m
                stick on req.hdr(Im-Session)
                stick store-response res.hdr(Im-Session)
                force-persist if { req.hdr(Im-Session) -m found }
                http-reuse never
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
        return HEAD + listener(plan, "ws", "http", POLLS) + listener(plan, "tcp", "tcp", "");
    }

    private static String listener(ClusterPlan plan, String name, String gatewayListener, String more) {
        StringBuilder text = new StringBuilder("\nlisten " + name + "\n").append(more);
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
