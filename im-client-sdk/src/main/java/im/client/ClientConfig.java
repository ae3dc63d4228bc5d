package im.client;

import im.client.internal.transport.Endpoint;
import im.protocol.Ids;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What the builder was told, checked; the messages name the setting, its value and what was expected.
 *
 * @param endpoints may be empty if there is a dispatcher
 * @param dispatcher asked for endpoints; null where there is none
 * @param json whether frames are JSON
 * @param pollAfterFailures of WebSocket in a row; 0 for never
 * @param webSocketAgain until it is tried again beside the polls
 * @param newDevice whether the device begins with this client, so that the client's cursors are all there are
 */
record ClientConfig(
        List<Endpoint> endpoints,
        @Nullable URI dispatcher,
        boolean json,
        TokenSource tokens,
        String device,
        boolean newDevice,
        NewDeviceStart newDeviceStart,
        Duration heartbeat,
        Duration connectTimeout,
        int maxQueuedSends,
        boolean queueWhileDisconnected,
        Duration reconnectMin,
        Duration reconnectMax,
        Duration closeTimeout,
        boolean manualAcknowledgement,
        int pollAfterFailures,
        Duration webSocketAgain,
        RandomGenerator random) {

    ClientConfig {
        require(!endpoints.isEmpty() || dispatcher != null, "endpoint", "none", "at least one, or a dispatcher");
        require(Ids.isValid(device), "device", device, "1-64 of [A-Za-z0-9._@+=-]");
        require(!heartbeat.isNegative(), "heartbeat", heartbeat, "0 (the gateway's) or more");
        require(heartbeat.compareTo(Duration.ofDays(1)) <= 0, "heartbeat", heartbeat, "at most a day");
        require(!connectTimeout.isNegative() && !connectTimeout.isZero(), "connectTimeout", connectTimeout, "above 0");
        require(!closeTimeout.isNegative(), "closeTimeout", closeTimeout, "0 or more");
        require(pollAfterFailures >= 0, "pollingFallback failures", pollAfterFailures, "0 (never) or more");
        require(
                webSocketAgain.toMillis() > 0 && webSocketAgain.compareTo(Duration.ofDays(1)) <= 0,
                "pollingFallback again",
                webSocketAgain,
                "1 ms to a day");
        require(maxQueuedSends > 0, "maxQueuedSends", maxQueuedSends, "1 or more");
        require(reconnectMin.toMillis() > 0, "reconnectBackoff min", reconnectMin, "1 ms or more");
        require(reconnectMax.compareTo(reconnectMin) >= 0, "reconnectBackoff max", reconnectMax, "at least min");
    }

    private static void require(boolean holds, String setting, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(setting + ": " + value + ", expected " + expected);
        }
    }
}
