package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.config.LoadedConfig;
import im.gateway.config.ServerConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "gateway",
        description = "Starts a gateway of a cluster, on Kafka, Redis and etcd, until SIGTERM or SIGINT.")
final class GatewayCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() throws ConfigException, CannotStart, InterruptedException {
        LoadedConfig<ServerConfig> loaded = options.load();
        ServerConfig config = loaded.config();
        return UntilStopped.run(
                config.node(),
                config.data(),
                config.logging(),
                loaded.warnings(),
                config.drainTimeout(),
                () -> ClusterGateway.start(config));
    }
}
