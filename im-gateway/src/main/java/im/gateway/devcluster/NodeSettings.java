package im.gateway.devcluster;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a gateway, a relay or a router of a cluster on one machine is started with: all of it stands here. */
final class NodeSettings {
    private final ClusterFolder folder;
    private final ClusterPlan plan;

    NodeSettings(ClusterFolder folder, ClusterPlan plan) {
        this.folder = folder;
        this.plan = plan;
    }

    /** The command line behind the name of the program. */
    List<String> arguments(Role role, String name) {
        List<String> arguments = new ArrayList<>(List.of(role.command, "--dev"));
        arguments.addAll(List.of("--data", folder.of(name).toString()));
        Map<String, String> settings = shared(name);
        switch (role) {
            case GATEWAY -> gateway(name, settings);
            case RELAY -> {}
            case ROUTER -> settings.put("router.port", port(name, "http"));
        }
        settings.putAll(plan.settings());
        settings.forEach((key, value) -> arguments.addAll(List.of("--set", key + "=" + value)));
        return arguments;
    }

    private Map<String, String> shared(String name) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("node", name);
        settings.put("listen.admin-port", port(name, "admin"));
        settings.put("kafka.bootstrap", plan.address(ClusterPlan.KAFKA).toString());
        settings.put("kafka.partitions", "8");
        settings.put("kafka.push-partitions", "32");
        settings.put("redis.uris", "redis://" + plan.address(ClusterPlan.REDIS));
        settings.put("etcd.endpoints", "http://" + plan.address(ClusterPlan.ETCD));
        settings.put("registry.lease", "6s");
        // All of them start at once, on the processors of one machine.
        settings.put("startup.timeout", "2m");
        settings.put("etcd.timeout", "15s");
        settings.put("kafka.timeout", "30s");
        return settings;
    }

    private void gateway(String name, Map<String, String> settings) {
        settings.put("listen.http-port", port(name, "http"));
        settings.put("listen.tcp-port", port(name, "tcp"));
        settings.put("advertise.ws", plan.ws(name));
        settings.put("advertise.tcp", plan.tcp(name));
        Path key = folder.key();
        settings.put("auth.key-file", key.toString());
        if (plan.balancer()) {
            settings.put("listen.allowed-origins", "http://" + plan.address(ClusterPlan.BALANCER + ".ws"));
            BalancerConfig.source().ifPresent(source -> settings.put("listen.proxy-protocol-from", source));
        }
    }

    private String port(String name, String listener) {
        return Integer.toString(plan.port(name + "." + listener));
    }
}
