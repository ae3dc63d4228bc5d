package im.gateway.logging;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import im.gateway.config.LoggingConfig;
import im.gateway.config.LoggingConfig.Format;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashFieldNames;
import org.slf4j.LoggerFactory;

/** Sets up where and how events are written. All process-wide: called by the command line only. */
public final class LogOutput {
    /** Events that may wait for stderr; above it the oldest stay and new ones are dropped, lesser levels first. */
    private static final int QUEUE = 8192;

    private static final int FLUSH_MILLIS = 1_000;
    /** Libraries that say more than an operator wants at INFO. */
    private static final List<String> QUIET =
            List.of("io.netty", "io.vertx", "io.grpc", "io.etcd", "io.lettuce", "org.apache.kafka");

    /**
     * At WARN the first has a line for each request that a peer pipelines beyond what Netty takes, 128, as the connection
     * ends; the second two for every question to etcd that fails, of which nodes ask several a second and tell themselves.
     */
    private static final List<String> LOUD =
            List.of("io.netty.channel.AbstractChannelHandlerContext", "io.etcd.jetcd.impl");

    private LogOutput() {}

    /** From now on, events at the level and above go to stderr in that form. */
    public static void apply(LoggingConfig config) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.reset();
            AsyncAppender queue = new AsyncAppender();
            queue.setContext(context);
            queue.setQueueSize(QUEUE);
            queue.setNeverBlock(true);
            queue.setMaxFlushTime(FLUSH_MILLIS);
            queue.addAppender(stderr(context, config.format()));
            queue.start();
            attach(context, queue, Level.toLevel(config.level().name()));
        }
    }

    /** Writes what waits, then ends the output. */
    public static void close() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.stop();
        }
    }

    static void attach(LoggerContext context, Appender<ILoggingEvent> appender, Level level) {
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(level);
        root.addAppender(appender);
        Level quiet = level.isGreaterOrEqual(Level.WARN) ? level : level == Level.INFO ? Level.WARN : Level.INFO;
        QUIET.forEach(name -> context.getLogger(name).setLevel(quiet));
        if (level.isGreaterOrEqual(Level.INFO)) {
            LOUD.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
        }
    }

    static Appender<ILoggingEvent> stderr(LoggerContext context, Format format) {
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName("stderr");
        appender.setTarget("System.err");
        appender.setEncoder(encoder(context, format));
        appender.start();
        return appender;
    }

    static Encoder<ILoggingEvent> encoder(LoggerContext context, Format format) {
        Encoder<ILoggingEvent> encoder = format == Format.JSON ? json(context) : text(context);
        encoder.setContext(context);
        encoder.start();
        return encoder;
    }

    private static Encoder<ILoggingEvent> text(LoggerContext context) {
        TextLayout layout = new TextLayout();
        layout.setContext(context);
        layout.start();
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(layout);
        return encoder;
    }

    private static Encoder<ILoggingEvent> json(LoggerContext context) {
        LogstashFieldNames names = new LogstashFieldNames();
        names.setTimestamp("time");
        names.setVersion("[ignore]");
        names.setLevelValue("[ignore]");
        names.setLogger("logger");
        names.setThread("thread");
        names.setStackTrace("error");
        StackPolicy stacks = new StackPolicy();
        stacks.setContext(context);
        stacks.start();
        LogstashEncoder encoder = new LogstashEncoder();
        encoder.setFieldNames(names);
        encoder.setTimeZone("UTC");
        encoder.setThrowableConverter(stacks);
        encoder.setIncludeMdc(false);
        return encoder;
    }
}
