package im.gateway.launch;

import im.gateway.connection.LoopBlock;
import im.gateway.session.PushLoss;
import im.relay.SeededBug;
import im.relay.apply.RelayHalt;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Faults put in on purpose by system properties {@code im.test.…}: for dev mode only, and said aloud at the start. */
final class SeededFaults {
    private static final Logger LOG = LoggerFactory.getLogger(SeededFaults.class);

    private SeededFaults() {}

    /** @throws CannotStart if there is one and the server is not in dev mode, or if it is none that is known */
    static void judge(boolean dev) throws CannotStart {
        judge(dev, SeededBug.PROPERTY, bug() != null);
        judge(dev, PushLoss.PROPERTY, PushLoss.isAskedFor());
        judge(dev, LoopBlock.PROPERTY, LoopBlock.isAskedFor());
        judge(dev, RelayHalt.PROPERTY, RelayHalt.isAskedFor());
    }

    private static @Nullable SeededBug bug() throws CannotStart {
        try {
            return SeededBug.active();
        } catch (ExceptionInInitializerError e) {
            throw new CannotStart(SeededBug.PROPERTY + " names no seeded bug", e);
        }
    }

    private static void judge(boolean dev, String property, boolean isAskedFor) throws CannotStart {
        if (!isAskedFor) {
            return;
        }
        if (!dev) {
            throw new CannotStart(property + " breaks the server on purpose; that needs --dev");
        }
        LOG.atWarn()
                .addKeyValue("property", property)
                .addKeyValue("value", System.getProperty(property))
                .log("THIS SERVER IS BROKEN ON PURPOSE");
    }
}
