package im.gateway.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import im.gateway.config.LoggingConfig.Format;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class LogOutputTest {
    private final LoggerContext context = new LoggerContext();
    private final Logger logger = context.getLogger("im.test");

    @Test
    void anEventIsOneLineWithItsPairsAtTheEnd() {
        String line = write(Format.TEXT, Level.INFO, "hello", null, pair("uid", "alice"), pair("text", "a \"b\" c"));

        assertThat(line)
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO  \\[[^]]+] im\\.test hello uid=alice"
                        + " text=\"a \\\\\"b\\\\\" c\"\n");
    }

    @Test
    void whatAPeerSaidCannotBeginALineOfItsOwn() {
        String line = write(
                Format.TEXT, Level.INFO, "a\r\nb", null, pair("k", "x\n2026 INFO forged\u0000\u001b[2J\u202e\u2028"));

        assertThat(line)
                .contains("a\\u000d\\u000ab")
                .contains("\\u000a2026 INFO forged\\u0000\\u001b[2J\\u202e\\u2028")
                .hasLineCount(1);
    }

    @Test
    void aWarningTellsTheErrorInItsLineAndTheStackOnlyWhereDebugIsOn() {
        Exception error = new IllegalStateException("bad\nthing");
        logger.setLevel(Level.INFO);

        assertThat(write(Format.TEXT, Level.WARN, "failed", error))
                .endsWith(" failed error=\"java.lang.IllegalStateException: bad\\u000athing\"\n");

        logger.setLevel(Level.DEBUG);

        assertThat(write(Format.TEXT, Level.WARN, "failed", error))
                .contains("\n at " + getClass().getName());
    }

    @Test
    void requestsThatAPeerPipelinesMakeNoLines() {
        LogOutput.attach(context, new ListAppender<>(), Level.INFO);

        assertThat(context.getLogger("io.netty.channel.AbstractChannelHandlerContext")
                        .isWarnEnabled())
                .isFalse();
        assertThat(context.getLogger("io.netty.channel.nio").isWarnEnabled()).isTrue();
    }

    @Test
    void anErrorTellsItsStack() {
        logger.setLevel(Level.INFO);

        String line = write(Format.TEXT, Level.ERROR, "failed", new IllegalStateException("bad"));

        assertThat(line).contains(" failed\njava.lang.IllegalStateException: bad\n at ");
    }

    @Test
    void aJsonEventIsOneObjectOnOneLine() {
        logger.setLevel(Level.INFO);

        String line = write(
                Format.JSON,
                Level.WARN,
                "a\nb",
                new IllegalStateException("bad"),
                pair("uid", "al\nice"),
                pair("n", 7));

        assertThat(line).endsWith("}\n").hasLineCount(1);
        JsonNode json = JsonMapper.shared().readTree(line);
        assertThat(json.path("message").asString()).isEqualTo("a\nb");
        assertThat(json.path("level").asString()).isEqualTo("WARN");
        assertThat(json.path("logger").asString()).isEqualTo("im.test");
        assertThat(json.path("uid").asString()).isEqualTo("al\nice");
        assertThat(json.path("n").asInt()).isEqualTo(7);
        assertThat(json.path("error").asString()).isEqualTo("java.lang.IllegalStateException: bad");
        assertThat(json.path("time").asString()).matches("\\d{4}-.*Z");
    }

    private static KeyValuePair pair(String key, Object value) {
        return new KeyValuePair(key, value);
    }

    private String write(Format format, Level level, String message, @Nullable Throwable error, KeyValuePair... pairs) {
        LoggingEvent event = new LoggingEvent("fqcn", logger, level, message, error, null);
        for (KeyValuePair pair : pairs) {
            event.addKeyValuePair(pair);
        }
        return new String(LogOutput.encoder(context, format).encode(event), StandardCharsets.UTF_8);
    }
}
