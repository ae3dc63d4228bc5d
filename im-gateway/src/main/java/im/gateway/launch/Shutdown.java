package im.gateway.launch;

import im.gateway.logging.LogOutput;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when the process is told to end, which a JVM would otherwise report as a failure: halting is the only way
 * left for it to say that all went well.
 */
final class Shutdown {
    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);

    private Shutdown() {}

    /** @param timeout after which what is not closed yet is left as it is */
    static void runs(Runnable stop, Duration timeout) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop, timeout), "im-shutdown"));
    }

    private static void end(Runnable stop, Duration timeout) {
        LOG.info("stopping");
        Thread stopping = new Thread(stop, "im-stop");
        stopping.start();
        try {
            stopping.join(timeout.toMillis());
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
