package im.gateway.devcluster;

import im.servers.EtcdServer;
import im.servers.HaproxyServer;
import im.servers.KafkaServer;
import im.servers.Lifetime;
import im.servers.RedisServer;
import im.servers.Server;
import im.servers.ServerOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processes of a plan, none of them started.
 *
 * @param stores Redis, etcd and Kafka, but for those that are elsewhere: they depend on nobody
 * @param nodes gateways, relays, router: they start together
 * @param balancer HAProxy or nothing
 */
record ClusterServers(List<Server> stores, List<Server> nodes, List<Server> balancer) {

    /** @param flags of the JVMs of our own processes */
    static ClusterServers of(ClusterFolder folder, ClusterPlan plan, Lifetime lifetime, List<String> flags) {
        ServerOptions options = ServerOptions.defaults().lifetime(lifetime).logs(folder.logs());
        return new ClusterServers(
                stores(folder, plan, options),
                nodes(folder, plan, options, flags, new NodeSettings(folder, plan)),
                balancer(folder, plan, options));
    }

    private static List<Server> stores(ClusterFolder folder, ClusterPlan plan, ServerOptions options) {
        List<Server> stores = new ArrayList<>();
        if (plan.has(ClusterPlan.KAFKA)) {
            stores.add(KafkaServer.prepare(
                    folder.of(ClusterPlan.KAFKA),
                    options.port(plan.port(ClusterPlan.KAFKA))
                            .set(
                                    KafkaServer.CONTROLLER_PORT,
                                    Integer.toString(plan.port(ClusterPlan.KAFKA + ".controller")))));
        }
        if (plan.has(ClusterPlan.REDIS)) {
            stores.add(RedisServer.prepare(
                    folder.of(ClusterPlan.REDIS),
                    options.port(plan.port(ClusterPlan.REDIS))
                            .set("appendonly", "yes")
                            .set("stream-node-max-bytes", "1024")));
        }
        if (plan.has(ClusterPlan.ETCD)) {
            stores.add(EtcdServer.prepare(folder.of(ClusterPlan.ETCD), options.port(plan.port(ClusterPlan.ETCD))));
        }
        return List.copyOf(stores);
    }

    private static List<Server> nodes(
            ClusterFolder folder, ClusterPlan plan, ServerOptions options, List<String> flags, NodeSettings settings) {
        List<Server> nodes = new ArrayList<>();
        for (Role role : Role.values()) {
            for (String name : plan.names(role)) {
                List<String> command = JavaProgram.command(flags, settings.arguments(role, name));
                nodes.add(new NodeProcess(name, folder.of(name), options.port(plan.port(name + ".admin")), command));
            }
        }
        return List.copyOf(nodes);
    }

    private static List<Server> balancer(ClusterFolder folder, ClusterPlan plan, ServerOptions options) {
        if (!plan.balancer()) {
            return List.of();
        }
        ServerOptions port = options.port(plan.port(ClusterPlan.BALANCER + ".ws"));
        return List.of(HaproxyServer.prepare(folder.of(ClusterPlan.BALANCER), port, BalancerConfig.of(plan)));
    }

    /** In the order of their start. */
    Stream<Server> all() {
        return Stream.of(stores, nodes, balancer).flatMap(List::stream);
    }
}
