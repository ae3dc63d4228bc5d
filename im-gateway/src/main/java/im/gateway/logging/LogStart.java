package im.gateway.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import im.gateway.config.LoggingConfig.Format;

/**
 * The output before any configuration is read, found by the logging library itself: text on stderr, since stdout belongs
 * to what scripts read.
 */
public final class LogStart extends ContextAwareBase implements Configurator {

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        LogOutput.attach(context, LogOutput.stderr(context, Format.TEXT), Level.INFO);
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }
}
