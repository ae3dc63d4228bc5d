package im.gateway.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;

/** A stack trace with an ERROR, or where DEBUG is on; otherwise only what went wrong, in one line. */
final class StackPolicy extends ThrowableProxyConverter {

    @Override
    public String convert(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        if (thrown == null) {
            return "";
        }
        return wantsStack(event) ? super.convert(event) : thrown.getClassName() + ": " + thrown.getMessage();
    }

    boolean wantsStack(ILoggingEvent event) {
        return event.getLevel().isGreaterOrEqual(Level.ERROR)
                || (getContext() instanceof LoggerContext context
                        && context.getLogger(event.getLoggerName()).isDebugEnabled());
    }
}
