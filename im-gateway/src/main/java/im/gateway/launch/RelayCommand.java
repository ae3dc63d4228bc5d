package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.config.LoadedConfig;
import im.gateway.config.NodeConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "relay",
        description = "Takes the messages of a cluster's log to the store and to who is connected, until SIGTERM or"
                + " SIGINT.")
final class RelayCommand implements Callable<Integer> {
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
                () -> RelayServer.start(config));
    }
}
