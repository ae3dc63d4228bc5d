package im.gateway.config;

import java.time.Duration;

/**
 * Long polling on the HTTP port.
 *
 * @param on whether it is there
 * @param maxWait how long a poll may wait; half a heartbeat if that is less
 * @param sessions that may be open at once
 * @param sessionsPerAddress of one client address
 */
public record PollingConfig(boolean on, Duration maxWait, int sessions, int sessionsPerAddress) {
    public PollingConfig {
        Keys.POLL_WAIT.require(maxWait);
        Keys.POLL_SESSIONS.require(sessions);
        Keys.POLL_SESSIONS_PER_ADDRESS.require(sessionsPerAddress);
    }
}
