package im.gateway.launch;

import im.gateway.config.LoggingConfig;
import im.gateway.logging.LogOutput;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A process that is started, says so, runs until SIGTERM or SIGINT, and stops within its time. Main thread. */
final class UntilStopped {
    private static final Logger LOG = LoggerFactory.getLogger(UntilStopped.class);

    /** What runs. */
    interface Running {
        /** What scripts read before {@code ready}. */
        String line();

        /** Stops without loss; may take as long as the drain timeout. */
        void stop();
    }

    /** Opens everything, or nothing. */
    interface Start {
        Running start() throws CannotStart;
    }

    private UntilStopped() {}

    /**
     * Never returns but by an interrupt: the process ends in a shutdown hook, with {@link ExitCode#DONE}.
     *
     * @param warnings of the configuration, a line each
     */
    static int run(String node, Path data, LoggingConfig logging, List<String> warnings, Duration drain, Start start)
            throws CannotStart, InterruptedException {
        LogOutput.apply(logging);
        warnings.forEach(LOG::warn);
        Running running = startOrEndLog(start);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(running, drain), "im-shutdown"));
        System.out.println(running.line());
        System.out.println("ready");
        System.out.flush();
        LOG.atInfo()
                .addKeyValue("node", node)
                .addKeyValue("data", data.toString())
                .addKeyValue("java", Runtime.version().toString())
                .addKeyValue("millis", ManagementFactory.getRuntimeMXBean().getUptime())
                .log("started");
        new CountDownLatch(1).await();
        return ExitCode.DONE;
    }

    private static Running startOrEndLog(Start start) throws CannotStart {
        try {
            return start.start();
        } catch (CannotStart | RuntimeException e) {
            LogOutput.close();
            throw e;
        }
    }

    /**
     * Runs when the process is told to end, which a JVM would otherwise report as a failure: halting is the only way
     * left for it to say that all went well.
     */
    private static void stop(Running running, Duration drain) {
        LOG.info("stopping");
        Thread stopping = new Thread(running::stop, "im-stop");
        stopping.start();
        try {
            stopping.join(drain.toMillis());
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
