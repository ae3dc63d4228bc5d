package im.gateway.config;

import im.gateway.config.IoConfig.AllocatorKind;
import im.gateway.config.IoConfig.Transport;
import im.gateway.connection.ConnectionIds;
import im.gateway.proxy.AddressRange;
import im.protocol.Limits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Every key there is, with {@link AppServersKeys} and {@link ClusterKeys}: where names, bounds and defaults are written down. */
final class Keys {
    static final int MAX_IO_THREADS = ConnectionIds.MAX_LOOPS;
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;

    static final Key<Boolean> DEV = new Key<>(
            "dev",
            Kind.bool(),
            false,
            "Development mode: binds loopback only, makes its own key and hands out tokens to this machine.");
    static final Key<Path> DATA = new Key<>(
            "data",
            Kind.path(),
            Path.of("data"),
            "Folder of everything that must survive a restart. The launcher's default lies beside its scripts.");
    static final Key<String> NODE =
            new Key<>("node", Kind.id(), "node-1", "This node's name, told to clients and shown in logs.");

    static final Key<String> HOST = new Key<>(
            "listen.host",
            Kind.host(),
            "0.0.0.0",
            "Address that the HTTP, WebSocket and TCP listeners bind. In dev mode 127.0.0.1 unless set.");
    static final Key<Integer> HTTP_PORT =
            new Key<>("listen.http-port", Kind.port(), 8080, "HTTP and WebSocket (at /v1/ws).");
    static final Key<Integer> TCP_PORT = new Key<>("listen.tcp-port", Kind.port(), 9000, "TCP.");
    static final Key<String> ADMIN_HOST = new Key<>(
            "listen.admin-host",
            Kind.host(),
            "127.0.0.1",
            "Address that the admin listener binds. It knows no passwords: keep it off public networks.");
    static final Key<Integer> ADMIN_PORT =
            new Key<>("listen.admin-port", Kind.port(), 9100, "Health (/livez, /readyz) and /metrics.");
    static final Key<List<String>> ALLOWED_ORIGINS = new Key<>(
            "listen.allowed-origins",
            Kind.origins(),
            List.of(),
            "Web origins whose pages may open a WebSocket, beside the server's own. A list in the file, else separated"
                    + " by commas; * alone for any. Clients that are no browsers send no origin and are not asked.");
    static final Key<List<AddressRange>> PROXIES = new Key<>(
            "listen.proxy-protocol-from",
            Kind.ranges(),
            List.of(),
            "Balancers, as IP addresses or prefixes such as 10.0.0.0/8; a list in the file, else separated by commas."
                    + " Their connections must begin with a PROXY header, version 1 or 2, whose address then counts as"
                    + " the client's; everybody else's that do are refused.");

    static final Key<Boolean> POLL = new Key<>(
            "listen.poll",
            Kind.bool(),
            true,
            "Long polling at /v1/poll of the HTTP port, for networks that let no WebSocket pass. Its requests come from"
                    + " the origins that may open a WebSocket.");
    static final Key<Duration> POLL_WAIT = new Key<>(
            "listen.poll-wait",
            Kind.duration(Duration.ofSeconds(1), Duration.ofMinutes(2)),
            Duration.ofSeconds(15),
            "How long a poll may wait for something to say, and never longer than half a heartbeat. Less than what"
                    + " proxies on the way allow.");
    static final Key<Integer> POLL_SESSIONS = new Key<>(
            "listen.poll-sessions",
            Kind.count("sessions", 1, 1_000_000),
            20_000,
            "Poll sessions that may be open at once; more are refused with 503.");
    static final Key<Integer> POLL_SESSIONS_PER_ADDRESS = new Key<>(
            "listen.poll-sessions-per-address",
            Kind.count("sessions", 1, 1_000_000),
            1_000,
            "Those of one client address, or of one /64 of IPv6; more are refused with 429.");

    static final Key<Duration> HEARTBEAT = new Key<>(
            "session.heartbeat",
            Kind.duration(Duration.ofSeconds(1), Duration.ofMinutes(5)),
            Duration.ofSeconds(30),
            "A client pings when it has sent nothing for this long; it is taken for dead after 2.5 times as long.");
    static final Key<Duration> HANDSHAKE_TIMEOUT = new Key<>(
            "session.handshake-timeout",
            Kind.duration(Duration.ofSeconds(1), Duration.ofMinutes(1)),
            Duration.ofSeconds(10),
            "From accept to a valid Hello, in total.");
    static final Key<Integer> WINDOW_MESSAGES = new Key<>(
            "session.window-messages",
            Kind.count("messages", 1, 512),
            512,
            "Messages sent to a session and not yet acknowledged; delivery waits above it.");
    static final Key<Long> WINDOW_BYTES = new Key<>(
            "session.window-bytes",
            Kind.size(Limits.FRAME_BYTES, 256 * KIB),
            256 * KIB,
            "Their bytes; delivery waits above it.");
    static final Key<Integer> UNANSWERED_SENDS = new Key<>(
            "session.unanswered-sends",
            Kind.count("messages", 1, 4096),
            256,
            "Sends of one connection that have no result yet; more are refused.");
    static final Key<Duration> REPUSH = new Key<>(
            "session.repush",
            Kind.duration(Duration.ofMillis(500), Duration.ofMinutes(10)),
            Duration.ofSeconds(15),
            "A message that stays unacknowledged for this long is sent again, three times at most, each wait twice the"
                    + " one before.");
    static final Key<Long> LOOP_OUTBOUND_BYTES = new Key<>(
            "session.loop-outbound-bytes",
            Kind.size(MIB, 16 * 1024 * MIB),
            64 * MIB,
            "Bytes that may wait to be sent on one event loop over all its sessions. The fuller it is, the less one"
                    + " session may have; above its share a session lags and is served from the store.");

    static final Key<DevicePolicy> DEVICES = new Key<>(
            "session.devices",
            Kind.choice(DevicePolicy.class),
            DevicePolicy.ALL,
            "Which connections of a uid stay when one of another device comes: all; of each platform that a Hello names"
                    + " the newest one; only the newest one. The others are closed with 4409. The same on every node"
                    + " of a cluster.");
    static final Key<Duration> PRESENCE_GRACE = new Key<>(
            "presence.grace",
            Kind.duration(Duration.ofMillis(100), Duration.ofMinutes(10)),
            Duration.ofSeconds(10),
            "A uid whose last connection has ended is told to be offline after this, unless it is back by then.");

    static final Key<Duration> DEDUPE_WINDOW = new Key<>(
            "message-log.dedupe-window",
            Kind.duration(Duration.ofMinutes(10), Duration.ofDays(7)),
            Duration.ofMinutes(10),
            "Repeats of a message within this time of one another are the same message.");
    static final Key<Integer> WINDOW_ENTRIES = new Key<>(
            "relay.window-entries",
            Kind.count("messages", 65_536, 1 << 26),
            2 << 20,
            "Messages of message-log.dedupe-window that a relay remembers at most for each partition, 30 to 60 bytes"
                    + " each: what one partition takes within the window, or a late repeat becomes a second message.");
    static final Key<Integer> QUEUE_MESSAGES = new Key<>(
            "message-log.queue-messages",
            Kind.count("messages", 64, 1_000_000),
            16_384,
            "Messages that may wait to be written; above it sends are refused as overloaded.");
    static final Key<Long> QUEUE_BYTES = new Key<>(
            "message-log.queue-bytes",
            Kind.size(MIB, 1024 * MIB),
            32 * MIB,
            "Their bytes; above it sends are refused as overloaded.");
    static final Key<Long> CACHE = new Key<>(
            "message-log.cache",
            Kind.size(MIB, 64 * 1024 * MIB),
            64 * MIB,
            "Memory for blocks of the store read from disk.");

    static final Key<Duration> RETENTION_TIME = new Key<>(
            "retention.time",
            Kind.duration(Duration.ofMinutes(1), Duration.ofDays(3650)),
            Duration.ofDays(7),
            "Messages are held for this long, unless their conversation exceeds one of the next two.");
    static final Key<Integer> RETENTION_MESSAGES = new Key<>(
            "retention.messages",
            Kind.count("messages", 1, 1_000_000),
            1_000,
            "Messages held of each conversation, the newest; up to an eighth more until it is cut back.");
    static final Key<Long> RETENTION_BYTES = new Key<>(
            "retention.bytes",
            Kind.size(64 * KIB, 1024 * MIB),
            MIB,
            "Bytes held of each conversation; up to an eighth more until it is cut back.");

    static final Key<GroupCreation> GROUPS_CREATE = new Key<>(
            "groups.create",
            Kind.choice(GroupCreation.class),
            GroupCreation.ANYBODY,
            "Who may begin a group: any uid, or only the server's own doors.");
    static final Key<Integer> GROUPS_MAX_MEMBERS =
            new Key<>("groups.max-members", Kind.count("members", 2, 1_000_000), 100_000, "Members of one group.");
    static final Key<Integer> GROUPS_MAX_PER_UID = new Key<>(
            "groups.max-groups-per-uid",
            Kind.count("groups", 1, 100_000),
            1_000,
            "Groups that one uid may be a member of.");
    static final Key<Integer> GROUPS_RECEIPT_MEMBERS = new Key<>(
            "groups.receipt-members",
            Kind.count("members", 0, 1_000),
            256,
            "Groups with more members have no receipts: who has read a message is told in none of them. 0: in no group.");

    static final Key<Optional<Path>> KEY_FILE = new Key<>(
            "auth.key-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "File whose bytes are the HS256 key of your tokens, a line end after them left out; 32 bytes or more."
                    + " Needed outside dev mode; in dev mode dev.key in the data folder when not set.");
    static final Key<Optional<String>> KEY_ID = new Key<>(
            "auth.key-id",
            Kind.optional(Kind.text()),
            Optional.empty(),
            "The only kid that a token may name. When not set a token may name none.");
    static final Key<Optional<String>> ISSUER = new Key<>(
            "auth.issuer",
            Kind.optional(Kind.text()),
            Optional.empty(),
            "The iss that a token must have. Any when not set.");
    static final Key<Optional<String>> AUDIENCE = new Key<>(
            "auth.audience",
            Kind.optional(Kind.text()),
            Optional.empty(),
            "What a token's aud must hold. Any when not set.");
    static final Key<Duration> LEEWAY = new Key<>(
            "auth.leeway",
            Kind.duration(Duration.ZERO, Duration.ofMinutes(5)),
            Duration.ofSeconds(30),
            "How far clocks may differ when a token's exp and nbf are judged.");

    static final Key<Duration> DRAIN_TIMEOUT = new Key<>(
            "drain.timeout",
            Kind.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
            Duration.ofSeconds(10),
            "From SIGTERM to exit, at most.");

    static final Key<Integer> IO_THREADS =
            new Key<>("io.threads", Kind.count("threads", 0, MAX_IO_THREADS), 0, "Event loops; 0 for one a processor.");
    static final Key<Transport> TRANSPORT = new Key<>(
            "io.transport",
            Kind.choice(Transport.class),
            Transport.AUTO,
            "How sockets are watched: auto is epoll where its native library loads, else nio.");
    static final Key<AllocatorKind> ALLOCATOR = new Key<>(
            "io.allocator", Kind.choice(AllocatorKind.class), AllocatorKind.ADAPTIVE, "Netty's buffer allocator.");

    static final Key<LoggingConfig.Level> LOG_LEVEL = new Key<>(
            "logging.level",
            Kind.choice(LoggingConfig.Level.class),
            LoggingConfig.Level.INFO,
            "Events at this level and above go to stderr.");
    static final Key<LoggingConfig.Format> LOG_FORMAT = new Key<>(
            "logging.format",
            Kind.choice(LoggingConfig.Format.class),
            LoggingConfig.Format.TEXT,
            "text: a line a person reads, with key=value pairs. json: one object a line.");

    private static final List<Key<?>> OF_EVERY_MODE = List.of(
            DEV,
            DATA,
            NODE,
            HOST,
            HTTP_PORT,
            TCP_PORT,
            ADMIN_HOST,
            ADMIN_PORT,
            ALLOWED_ORIGINS,
            PROXIES,
            POLL,
            POLL_WAIT,
            POLL_SESSIONS,
            POLL_SESSIONS_PER_ADDRESS,
            HEARTBEAT,
            HANDSHAKE_TIMEOUT,
            WINDOW_MESSAGES,
            WINDOW_BYTES,
            UNANSWERED_SENDS,
            REPUSH,
            LOOP_OUTBOUND_BYTES,
            DEVICES,
            PRESENCE_GRACE,
            DEDUPE_WINDOW,
            WINDOW_ENTRIES,
            QUEUE_MESSAGES,
            QUEUE_BYTES,
            CACHE,
            RETENTION_TIME,
            RETENTION_MESSAGES,
            RETENTION_BYTES,
            GROUPS_CREATE,
            GROUPS_MAX_MEMBERS,
            GROUPS_MAX_PER_UID,
            GROUPS_RECEIPT_MEMBERS,
            KEY_FILE,
            KEY_ID,
            ISSUER,
            AUDIENCE,
            LEEWAY,
            DRAIN_TIMEOUT,
            IO_THREADS,
            TRANSPORT,
            ALLOCATOR,
            LOG_LEVEL,
            LOG_FORMAT);

    /** In the order of the documentation. */
    static final List<Key<?>> ALL = Stream.of(OF_EVERY_MODE, AppServersKeys.ALL, ClusterKeys.ALL)
            .<Key<?>>flatMap(List::stream)
            .toList();

    static final Map<String, Key<?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Key::name, Function.identity()));

    private Keys() {}
}
