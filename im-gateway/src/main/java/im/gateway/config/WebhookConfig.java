package im.gateway.config;

import im.gateway.config.InvalidSettings.Fault;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where the app's own server hears of what happens; nothing is sent without an address.
 *
 * @param secret with which requests are signed, unless it stands in {@code secretFile}
 * @param events those that are sent
 * @param timeout of one request with events that have happened
 * @param retries of such a request, after its first try
 * @param beforeSendTimeout of the question whether a message may be sent
 * @param onFailure what becomes of the message when it is not answered
 * @param queueEvents that may wait to be sent
 * @param queueBytes theirs
 * @param offlineAfter how long a uid has no connection before it went offline
 */
public record WebhookConfig(
        Optional<URI> url,
        Optional<Secret> secret,
        Optional<Path> secretFile,
        List<Event> events,
        Duration timeout,
        int retries,
        Duration beforeSendTimeout,
        OnFailure onFailure,
        int queueEvents,
        long queueBytes,
        Duration offlineAfter) {

    /** What a receiver can be told. */
    public enum Event {
        /** Asked before a message is accepted. */
        BEFORE_SEND,
        AFTER_ACCEPT,
        CONNECTED,
        DISCONNECTED,
        WENT_OFFLINE
    }

    public WebhookConfig {
        events = List.copyOf(events);
        AppServersKeys.WEBHOOK_TIMEOUT.require(timeout);
        AppServersKeys.WEBHOOK_RETRIES.require(retries);
        AppServersKeys.BEFORE_SEND_TIMEOUT.require(beforeSendTimeout);
        AppServersKeys.WEBHOOK_QUEUE_EVENTS.require(queueEvents);
        AppServersKeys.WEBHOOK_QUEUE_BYTES.require(queueBytes);
        AppServersKeys.OFFLINE_AFTER.require(offlineAfter);
        List<Fault> faults = new ArrayList<>();
        if (url.isPresent() && secret.isPresent() == secretFile.isPresent()) {
            faults.add(Fault.of(
                    AppServersKeys.WEBHOOK_SECRET_FILE,
                    secretFile,
                    "a file with the secret where webhooks.url is set, or webhooks.secret, not both"));
        }
        if (url.isPresent() && events.isEmpty()) {
            faults.add(Fault.of(AppServersKeys.WEBHOOK_EVENTS, events, "an event where webhooks.url is set"));
        }
        if (!faults.isEmpty()) {
            throw new InvalidSettings(faults);
        }
    }
}
