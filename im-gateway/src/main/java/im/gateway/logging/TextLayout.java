package im.gateway.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Context;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.slf4j.event.KeyValuePair;

/**
 * One line an event: time in UTC, level, thread, logger, message, key=value pairs. Control characters are written as
 * backslash-u, so that no text from outside can begin a line of its own; a stack trace is the only thing that has
 * several lines.
 */
final class TextLayout extends LayoutBase<ILoggingEvent> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

    private final StackPolicy stacks = new StackPolicy();

    @Override
    public void setContext(Context context) {
        super.setContext(context);
        stacks.setContext(context);
    }

    @Override
    public void start() {
        stacks.start();
        super.start();
    }

    @Override
    public String doLayout(ILoggingEvent event) {
        StringBuilder line = new StringBuilder(160);
        TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
        line.append(String.format(" %-5s [%s] %s ", event.getLevel(), event.getThreadName(), event.getLoggerName()));
        escape(event.getFormattedMessage(), line);
        if (event.getKeyValuePairs() != null) {
            for (KeyValuePair pair : event.getKeyValuePairs()) {
                pair(pair.key, String.valueOf(pair.value), line);
            }
        }
        if (event.getThrowableProxy() != null) {
            thrown(event, line);
        }
        return line.append('\n').toString();
    }

    private void thrown(ILoggingEvent event, StringBuilder line) {
        String text = stacks.convert(event);
        if (!stacks.wantsStack(event)) {
            pair("error", text, line);
            return;
        }
        text.lines().forEach(row -> {
            line.append('\n');
            escape(row.replace('\t', ' '), line);
        });
    }

    private static void pair(String key, String value, StringBuilder line) {
        line.append(' ').append(key).append('=');
        boolean quoted = value.isEmpty() || value.indexOf(' ') >= 0 || value.indexOf('"') >= 0;
        if (quoted) {
            line.append('"');
            escape(value.replace("\"", "\\\""), line);
            line.append('"');
        } else {
            escape(value, line);
        }
    }

    /** Escapes what could begin a line, move a cursor or turn text around. */
    static void escape(String text, StringBuilder line) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int type = Character.getType(c);
            if (Character.isISOControl(c)
                    || type == Character.FORMAT
                    || type == Character.LINE_SEPARATOR
                    || type == Character.PARAGRAPH_SEPARATOR) {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
    }
}
