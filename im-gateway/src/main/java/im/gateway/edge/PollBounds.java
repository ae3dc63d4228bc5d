package im.gateway.edge;

import java.time.Duration;

/**
 * Long polling on the public port.
 *
 * @param maxWait how long a poll may wait for a frame; half of the session's heartbeat if that is less
 * @param sessions poll sessions that may be open at once
 * @param sessionsPerAddress of one client address, or of one /64 of IPv6
 */
public record PollBounds(Duration maxWait, int sessions, int sessionsPerAddress) {
    public PollBounds {
        if (maxWait.toMillis() <= 0 || sessions <= 0 || sessionsPerAddress <= 0) {
            throw new IllegalArgumentException("polls: maxWait=" + maxWait + " sessions=" + sessions
                    + " sessionsPerAddress=" + sessionsPerAddress + ", expected more than 0 each");
        }
    }
}
