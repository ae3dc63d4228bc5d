package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.config.LoadedConfig;
import im.gateway.config.NodeConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "router",
        description =
                "Runs the dispatcher of a cluster, which tells clients which gateway to use, until SIGTERM or SIGINT.")
final class RouterCommand implements Callable<Integer> {
    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() throws ConfigException, CannotStart, InterruptedException {
        LoadedConfig<NodeConfig> loaded = options.loadForNode();
        NodeConfig config = loaded.config();
        return UntilStopped.run(
                config.node(),
                config.data(),
                config.logging(),
                loaded.warnings(),
                config.drainTimeout(),
                () -> RouterServer.start(config));
    }
}
