package im.gateway.launch;

import im.gateway.config.ConfigException;
import im.gateway.config.LoadedConfig;
import im.gateway.config.ServerConfig;
import im.gateway.logging.LogOutput;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "start", description = "Starts the server and keeps it running until SIGTERM or SIGINT.")
final class StartCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(StartCommand.class);

    @Mixin
    private ConfigOptions options = new ConfigOptions();

    @Override
    public Integer call() throws ConfigException, CannotStart, InterruptedException {
        LoadedConfig<ServerConfig> loaded = options.load();
        ServerConfig config = loaded.config();
        LogOutput.apply(config.logging());
        loaded.warnings().forEach(LOG::warn);
        StandaloneServer server = startOrEndLog(config);
        Shutdown.runs(server::stop, config.drainTimeout());
        System.out.println(server.endpoints().line());
        System.out.println("ready");
        System.out.flush();
        logStarted(config);
        new CountDownLatch(1).await();
        return ExitCode.DONE;
    }

    private static StandaloneServer startOrEndLog(ServerConfig config) throws CannotStart {
        try {
            return StandaloneServer.start(config);
        } catch (CannotStart | RuntimeException e) {
            LogOutput.close();
            throw e;
        }
    }

    private static void logStarted(ServerConfig config) {
        long uptime = ManagementFactory.getRuntimeMXBean().getUptime();
        LOG.atInfo()
                .addKeyValue("node", config.node())
                .addKeyValue("data", config.data().toString())
                .addKeyValue("dev", config.dev())
                .addKeyValue("java", Runtime.version().toString())
                .addKeyValue("millis", uptime)
                .log("started");
    }
}
