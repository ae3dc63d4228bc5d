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
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, config), "im-shutdown"));
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

    /**
     * Runs when the process is told to end, which a JVM would otherwise report as a failure: halting is the only way
     * left for it to say that all went well.
     */
    private static void stop(StandaloneServer server, ServerConfig config) {
        LOG.info("stopping");
        Thread stopping = new Thread(server::stop, "im-stop");
        stopping.start();
        try {
            stopping.join(config.drainTimeout().toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (stopping.isAlive()) {
            LOG.warn("drain timeout is over before everything was closed");
        } else {
            LOG.info("stopped");
        }
        LogOutput.close();
        Runtime.getRuntime().halt(ExitCode.DONE);
    }
}
