package im.client.internal.order;

/**
 * When to ping and when the gateway is dead: a ping after one heartbeat in which nothing was written, or nothing read;
 * dead when 1.3 heartbeats brought no byte, a ping and 0.3 heartbeats for its answer among them. Any byte is life.
 * Times are nanoseconds of one monotonic clock.
 */
public final class Heartbeat {
    /** What is due. */
    public enum Due {
        NOTHING,
        PING,
        DEAD
    }

    private final long period;
    private long lastRead;
    private long lastWrite;
    private long pinged;
    private boolean asked;
    private boolean reading = true;

    public Heartbeat(long periodNanos, long now) {
        this.period = periodNanos;
        this.lastRead = now;
        this.lastWrite = now;
    }

    public void read(long now) {
        lastRead = now;
        asked = false;
    }

    public void wrote(long now) {
        lastWrite = now;
    }

    /** While we do not read, silence says nothing about the gateway. */
    public void reading(boolean on, long now) {
        reading = on;
        if (on) {
            read(now);
        }
    }

    /** What is due at this moment; PING takes note that one goes out. */
    public Due check(long now) {
        if (nextCheck() - now > 0) {
            return Due.NOTHING;
        }
        if (asked && reading) {
            return Due.DEAD;
        }
        asked = true;
        pinged = now;
        lastWrite = now;
        return Due.PING;
    }

    /** The earliest moment at which something can be due, if nothing happens until then. */
    public long nextCheck() {
        if (asked && reading) {
            long silent = lastRead + period + period * 3 / 10;
            long answered = pinged + period * 3 / 10;
            return silent - answered > 0 ? silent : answered;
        }
        boolean readFirst = reading && lastRead - lastWrite < 0;
        return (readFirst ? lastRead : lastWrite) + period;
    }
}
