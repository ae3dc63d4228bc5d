package im.relay.apply;

import java.time.Duration;

/**
 * How the relay works.
 *
 * @param heartbeat of the sessions; an idle partition is checked every half of it, its marks once in it (D4)
 * @param window W, within which a repeat is a duplicate (D11)
 * @param retention R; a rebuild applies nothing older (D10)
 * @param batchMessages messages that one batch holds, unless its only record has more
 * @param batchBytes of record values that one read brings
 * @param callTimeout after which a port that does not answer is given up; longer than the ports' own bounds
 * @param pushWait how long a batch waits for routes and push bus
 * @param backOffMin the first pause after a failure; doubles
 * @param backOffMax the longest pause
 * @param clockSkew how far this process's clock may be ahead of the log's
 * @param windowEntries identities that one partition remembers at most, 30 to 60 bytes each; beyond them the
 *     oldest sixteenth is forgotten
 */
public record RelayConfig(
        Duration heartbeat,
        Duration window,
        Duration retention,
        int batchMessages,
        int batchBytes,
        Duration callTimeout,
        Duration pushWait,
        Duration backOffMin,
        Duration backOffMax,
        Duration clockSkew,
        int windowEntries) {

    public static final RelayConfig DEFAULT = new RelayConfig(
            Duration.ofSeconds(30),
            Duration.ofMinutes(15),
            Duration.ofDays(7),
            256,
            512 * 1024,
            Duration.ofSeconds(15),
            Duration.ofMillis(500),
            Duration.ofMillis(50),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            2 << 20);

    /** @throws IllegalArgumentException names what is out of bounds */
    public RelayConfig {
        positive("heartbeat", heartbeat);
        positive("window", window);
        positive("retention", retention);
        positive("callTimeout", callTimeout);
        positive("pushWait", pushWait);
        positive("backOffMin", backOffMin);
        if (clockSkew.isNegative()) {
            throw new IllegalArgumentException("clockSkew: " + clockSkew + ", expected zero or more");
        }
        if (backOffMax.compareTo(backOffMin) < 0) {
            throw new IllegalArgumentException("backOffMax: " + backOffMax + ", expected " + backOffMin + " or more");
        }
        if (batchMessages < 1 || batchBytes < 1 || windowEntries < 1) {
            throw new IllegalArgumentException("batchMessages: " + batchMessages + ", batchBytes: " + batchBytes
                    + ", windowEntries: " + windowEntries + ", expected 1 or more");
        }
    }

    private static void positive(String name, Duration value) {
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + ": " + value + ", expected more than zero");
        }
    }

    /** How long a read waits at the end of the log: several times within each check. */
    Duration readWait() {
        Duration part = heartbeat.dividedBy(8);
        return part.compareTo(Duration.ofSeconds(1)) < 0 ? part : Duration.ofSeconds(1);
    }
}
