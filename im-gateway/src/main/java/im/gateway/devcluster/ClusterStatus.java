package im.gateway.devcluster;

import im.servers.ChildProcess.State;
import im.servers.Server;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a cluster looks like now.
 *
 * @param url the one address for clients, WebSocket
 * @param tcp the same for TCP
 * @param router where clients ask which gateway to use
 * @param endpoints WebSocket addresses of the gateways themselves
 * @param tcpEndpoints their TCP addresses
 * @param redisPort as the other two 0 when that server is not of this cluster
 */
public record ClusterStatus(
        String url,
        String tcp,
        String router,
        List<String> endpoints,
        List<String> tcpEndpoints,
        int redisPort,
        int kafkaPort,
        int etcdPort,
        List<Process> processes) {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /**
     * One process.
     *
     * @param pid null when it is dead
     * @param state {@code running}, {@code paused} or {@code dead}
     */
    public record Process(String name, @Nullable Long pid, String state, int port, String log) {
        static Process of(Server server) {
            State state = server.state();
            return new Process(
                    server.name(),
                    state == State.DEAD ? null : server.pid(),
                    state.name().toLowerCase(Locale.ROOT),
                    server.port(),
                    server.log().toString());
        }
    }

    static ClusterStatus of(ClusterPlan plan, ClusterServers servers) {
        return new ClusterStatus(
                plan.url(),
                plan.tcpUrl(),
                plan.router(),
                plan.endpoints(),
                plan.tcpEndpoints(),
                port(plan, ClusterPlan.REDIS),
                port(plan, ClusterPlan.KAFKA),
                port(plan, ClusterPlan.ETCD),
                servers.all().map(Process::of).toList());
    }

    private static int port(ClusterPlan plan, String store) {
        return plan.has(store) ? plan.port(store) : 0;
    }

    /** The addresses in one line. */
    public String line() {
        return "url=" + url + " tcp=" + tcp + " router=" + router + " endpoints=" + String.join(",", endpoints);
    }

    /** The line, and one for each process. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>(List.of(line()));
        for (Process process : processes) {
            String pid = process.pid == null ? "-" : process.pid.toString();
            lines.add(String.format(
                    Locale.ROOT,
                    "%-12s %8s  %-8s port %5d  %s",
                    process.name,
                    pid,
                    process.state,
                    process.port,
                    process.log));
        }
        return lines;
    }

    /** For scripts: {@code url}, {@code endpoints}, {@code redis_port} and so on. */
    public String json() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("url", url);
        fields.put("tcp", tcp);
        fields.put("router", router);
        fields.put("endpoints", endpoints);
        fields.put("tcp_endpoints", tcpEndpoints);
        if (redisPort != 0) {
            fields.put("redis_port", redisPort);
        }
        if (kafkaPort != 0) {
            fields.put("kafka_port", kafkaPort);
        }
        if (etcdPort != 0) {
            fields.put("etcd_port", etcdPort);
        }
        fields.put("processes", processes);
        return JSON.writeValueAsString(fields);
    }
}
