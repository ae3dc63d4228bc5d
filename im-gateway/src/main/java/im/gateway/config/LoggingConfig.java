package im.gateway.config;

/** What goes to stderr: events at this level and above, in this form. */
public record LoggingConfig(Level level, Format format) {

    /** From the gravest to the chattiest. */
    public enum Level {
        ERROR,
        WARN,
        INFO,
        DEBUG,
        TRACE
    }

    /** How an event is written. */
    public enum Format {
        /** A line a person reads, with key=value pairs at its end. */
        TEXT,
        /** One JSON object a line. */
        JSON
    }
}
