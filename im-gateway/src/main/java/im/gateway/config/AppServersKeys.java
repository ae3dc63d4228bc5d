package im.gateway.config;

import im.gateway.config.WebhookConfig.Event;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys of what the app's own servers take part in: interceptors, webhooks, the server API. */
final class AppServersKeys {
    private static final long KIB = 1024;

    static final Key<Optional<Path>> INTERCEPTOR_FOLDER = new Key<>(
            "interceptors.folder",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "Folder of jars whose interceptors judge messages before they are accepted, beside those of the class path.");
    static final Key<Optional<Path>> INTERCEPTOR_SETTINGS = new Key<>(
            "interceptors.properties-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "File of properties that every interceptor is given at start.");
    static final Key<Integer> INTERCEPTOR_THREADS = new Key<>(
            "interceptors.threads",
            Kind.count("threads", 1, 256),
            4,
            "Threads on which interceptors judge; none is started where there is no interceptor.");
    static final Key<Duration> INTERCEPTOR_TIMEOUT = new Key<>(
            "interceptors.timeout",
            Kind.duration(Duration.ofMillis(10), Duration.ofSeconds(30)),
            Duration.ofMillis(500),
            "How long all interceptors together may take over a message, the wait for a thread included.");
    static final Key<OnFailure> INTERCEPTOR_FAILURE = new Key<>(
            "interceptors.on-failure",
            Kind.choice(OnFailure.class),
            OnFailure.REFUSE,
            "What becomes of a message when an interceptor fails or is late: refuse, as UNAVAILABLE, or allow.");

    static final Key<Optional<URI>> WEBHOOK_URL = new Key<>(
            "webhooks.url",
            Kind.optional(Kind.uri("https", "http")),
            Optional.empty(),
            "Where events are posted to, docs/server-api.md.");
    static final Key<Optional<Secret>> WEBHOOK_SECRET = new Key<>(
            "webhooks.secret",
            Kind.optional(Kind.secret()),
            Optional.empty(),
            "With which requests are signed. Never printed; better in the environment than on a command line.");
    static final Key<Optional<Path>> WEBHOOK_SECRET_FILE = new Key<>(
            "webhooks.secret-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "File whose bytes are that secret instead, a line end after them left out.");
    static final Key<List<Event>> WEBHOOK_EVENTS = new Key<>(
            "webhooks.events",
            Kind.choices(Event.class),
            List.of(),
            "Events that are sent; a list in the file, else separated by commas.");
    static final Key<Duration> WEBHOOK_TIMEOUT = new Key<>(
            "webhooks.timeout",
            Kind.duration(Duration.ofMillis(50), Duration.ofMinutes(1)),
            Duration.ofSeconds(5),
            "How long a request with events that have happened may take.");
    static final Key<Integer> WEBHOOK_RETRIES = new Key<>(
            "webhooks.retries",
            Kind.count("tries", 0, 100),
            8,
            "How often such a request is tried again, at intervals that double up to 30 s; then its events are dropped.");
    static final Key<Duration> BEFORE_SEND_TIMEOUT = new Key<>(
            "webhooks.before-send-timeout",
            Kind.duration(Duration.ofMillis(10), Duration.ofSeconds(10)),
            Duration.ofSeconds(1),
            "How long the receiver of before-send may take over a message; it is asked once.");
    static final Key<OnFailure> BEFORE_SEND_FAILURE = new Key<>(
            "webhooks.before-send-on-failure",
            Kind.choice(OnFailure.class),
            OnFailure.REFUSE,
            "What becomes of a message about which the receiver says nothing of use: refuse, as UNAVAILABLE, or allow.");
    static final Key<Integer> WEBHOOK_QUEUE_EVENTS = new Key<>(
            "webhooks.queue-events",
            Kind.count("events", 16, 1_000_000),
            10_000,
            "Events that may wait to be sent; those above are dropped and counted.");
    static final Key<Long> WEBHOOK_QUEUE_BYTES = new Key<>(
            "webhooks.queue-bytes",
            Kind.size(256 * KIB, 1024 * 1024 * KIB),
            16 * 1024 * KIB,
            "Their bytes; those above are dropped and counted.");
    static final Key<Duration> OFFLINE_AFTER = new Key<>(
            "webhooks.offline-after",
            Kind.duration(Duration.ZERO, Duration.ofHours(1)),
            Duration.ofSeconds(10),
            "How long a uid has had no connection when went-offline is sent.");

    static final Key<String> API_HOST = new Key<>(
            "listen.api-host",
            Kind.host(),
            "127.0.0.1",
            "Address that the server API binds. In dev mode loopback only.");
    static final Key<Integer> API_PORT = new Key<>(
            "listen.api-port", Kind.port(), 9200, "The server API; it is opened only where api.keys names a key.");
    static final Key<List<ApiKey>> API_KEYS = new Key<>(
            "api.keys",
            Kind.apiKeys(),
            List.of(),
            "Who may use the server API, NAME:SCOPE+SCOPE:HASH with the SHA-256 of the key in hex, and :PREFIX behind it"
                    + " for a key of the groups whose ids begin so; a list in the file, else separated by commas."
                    + " Scopes are send, connections, groups, broadcast and presence.");
    static final Key<String> SYSTEM_UID = new Key<>(
            "api.system-uid",
            Kind.id(),
            "system",
            "In whose name the server API sends what names no sender. Give nobody a token of this uid.");
    static final Key<Integer> API_RATE = new Key<>(
            "api.requests-per-second",
            Kind.count("requests", 1, 1_000_000),
            500,
            "Requests of one key that are answered in a second; those above get 429.");
    static final Key<Integer> BROADCAST_RATE = new Key<>(
            "api.broadcast-per-second",
            Kind.count("messages", 1, 1_000_000),
            1_000,
            "Messages of all broadcasts of this process in a second, at most; a broadcast may ask for less.");

    /** In the order of the documentation. */
    static final List<Key<?>> ALL = List.of(
            INTERCEPTOR_FOLDER,
            INTERCEPTOR_SETTINGS,
            INTERCEPTOR_THREADS,
            INTERCEPTOR_TIMEOUT,
            INTERCEPTOR_FAILURE,
            WEBHOOK_URL,
            WEBHOOK_SECRET,
            WEBHOOK_SECRET_FILE,
            WEBHOOK_EVENTS,
            WEBHOOK_TIMEOUT,
            WEBHOOK_RETRIES,
            BEFORE_SEND_TIMEOUT,
            BEFORE_SEND_FAILURE,
            WEBHOOK_QUEUE_EVENTS,
            WEBHOOK_QUEUE_BYTES,
            OFFLINE_AFTER,
            API_HOST,
            API_PORT,
            API_KEYS,
            SYSTEM_UID,
            API_RATE,
            BROADCAST_RATE);

    private AppServersKeys() {}
}
