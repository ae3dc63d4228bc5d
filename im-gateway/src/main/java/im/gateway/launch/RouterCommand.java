package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.config.LoadedConfig;
import im.gateway.config.NodeConfig;
import im.gateway.logging.LogOutput;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "router",
        description =
                "Runs the dispatcher of a cluster, which tells clients which gateway to use, until SIGTERM or SIGINT.")
final class RouterCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RouterCommand.class);

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() throws ConfigException, CannotStart, InterruptedException {
        LoadedConfig<NodeConfig> loaded = options.loadForNode();
        NodeConfig config = loaded.config();
        LogOutput.apply(config.logging());
        loaded.warnings().forEach(LOG::warn);
        RouterServer server = startOrEndLog(config);
        Shutdown.runs(server::stop, config.drainTimeout());
        System.out.println(Objects.requireNonNull(server.endpoints()).line());
        System.out.println("ready");
        System.out.flush();
        LOG.atInfo().addKeyValue("node", config.node()).log("router started");
        new CountDownLatch(1).await();
        return ExitCode.DONE;
    }

    private static RouterServer startOrEndLog(NodeConfig config) throws CannotStart {
        try {
            return RouterServer.start(config);
        } catch (CannotStart | RuntimeException e) {
            LogOutput.close();
            throw e;
        }
    }
}
