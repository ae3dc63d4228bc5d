package im.relay;

import java.time.Duration;

/**
 * How much of each conversation is held: a message goes when it exceeds any of the three, the newest never by bytes.
 *
 * @param time since the message was accepted, by the log's clock or the wall clock, whichever is behind
 * @param messages 1 or more
 * @param bytes of placed messages
 */
public record Retention(Duration time, int messages, long bytes) {

    /** What the contract promises unless a server is configured otherwise. */
    public static final Retention DEFAULT = new Retention(Duration.ofDays(7), 1_000, 1 << 20);
}
