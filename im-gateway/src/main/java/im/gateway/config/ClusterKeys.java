package im.gateway.config;

import im.gateway.config.ClusterConfig.RegistryKind;
import im.gateway.config.RedisSettings.Deployment;
import im.gateway.config.RouterSettings.Choice;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The keys that only {@code gateway}, {@code relay} and {@code router} read. */
final class ClusterKeys {
    static final Key<Optional<URI>> ADVERTISE_WS = new Key<>(
            "advertise.ws",
            Kind.optional(Kind.uri("ws", "wss")),
            Optional.empty(),
            "Where clients reach this gateway's WebSocket, told to them by the router. When not set, what it listens on.");
    static final Key<Optional<URI>> ADVERTISE_TCP = new Key<>(
            "advertise.tcp",
            Kind.optional(Kind.uri("tcp")),
            Optional.empty(),
            "The same for TCP, such as tcp://10.0.0.7:9000.");

    static final Key<Duration> STARTUP_TIMEOUT = new Key<>(
            "startup.timeout",
            Kind.duration(Duration.ofSeconds(1), Duration.ofMinutes(10)),
            Duration.ofSeconds(30),
            "How long a start, or `nodes`, waits for each thing that it needs and that does not answer: Kafka, Redis, etcd,"
                    + " its name (for that of a dead node two leases more), the push bus.");

    static final Key<RegistryKind> REGISTRY_NODES = new Key<>(
            "registry.nodes",
            Kind.choice(RegistryKind.class),
            RegistryKind.ETCD,
            "What holds the nodes' leases. The same on every node of a cluster.");
    static final Key<RegistryKind> REGISTRY_ROUTES = new Key<>(
            "registry.routes",
            Kind.choice(RegistryKind.class),
            RegistryKind.REDIS,
            "What holds the routes: redis, or etcd for small clusters. The same on every node of a cluster.");
    static final Key<Duration> REGISTRY_LEASE = new Key<>(
            "registry.lease",
            Kind.duration(Duration.ofSeconds(2), Duration.ofMinutes(2)),
            Duration.ofSeconds(10),
            "A node that has not renewed its lease for this long is taken for dead.");

    static final Key<List<String>> KAFKA_BOOTSTRAP = new Key<>(
            "kafka.bootstrap",
            Kind.addresses(),
            List.of("127.0.0.1:9092"),
            "Brokers to begin with, HOST:PORT; a list in the file, else separated by commas.");
    static final Key<Integer> KAFKA_TOPIC_NUMBER = new Key<>(
            "kafka.topic-number",
            Kind.count("number", 1, 9_999),
            1,
            "N in the names of the topics im-messages-N, im-log-N and im-groups-N.");
    static final Key<Integer> KAFKA_PARTITIONS = new Key<>(
            "kafka.partitions",
            Kind.count("partitions", 1, 1_024),
            32,
            "Partitions of the message log. Fixed once the topic is made: what does not match refuses to start.");
    static final Key<Integer> KAFKA_PUSH_PARTITIONS = new Key<>(
            "kafka.push-partitions",
            Kind.count("partitions", 1, 4_096),
            64,
            "Partitions of the push bus; as many gateways can be alive at once. Relays and routers need none of them.");
    static final Key<Integer> KAFKA_REPLICATION = new Key<>(
            "kafka.replication", Kind.count("copies", 1, 9), 3, "Copies of each partition. In dev mode 1 unless set.");
    static final Key<Integer> KAFKA_MIN_INSYNC = new Key<>(
            "kafka.min-insync-replicas",
            Kind.count("copies", 1, 9),
            2,
            "Copies that must have a message before it is accepted. In dev mode 1 unless set.");
    static final Key<Duration> KAFKA_APPEND_TIMEOUT = new Key<>(
            "kafka.append-timeout",
            Kind.duration(Duration.ofSeconds(1), Duration.ofMinutes(1)),
            Duration.ofSeconds(20),
            "How long the log may take over a message before its sender is told that the outcome is not known.");
    static final Key<Duration> KAFKA_TIMEOUT = new Key<>(
            "kafka.timeout",
            Kind.duration(Duration.ofMillis(500), Duration.ofMinutes(2)),
            Duration.ofSeconds(10),
            "How long any other request to Kafka may take.");
    static final Key<Optional<Path>> KAFKA_PROPERTIES = new Key<>(
            "kafka.properties-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "More settings of the Kafka clients as a properties file: TLS and SASL, mostly. What the server itself"
                    + " depends on is not taken from there.");

    static final Key<OfflineTopic> OFFLINE_TOPIC = new Key<>(
            "offline.topic",
            Kind.choice(OfflineTopic.class),
            OfflineTopic.OFF,
            "Which messages relays tell of in the topic im-offline-N, docs/server-api.md: off, none; direct, those whose"
                    + " receiver has no connection; all, these and each message of a group.");

    static final Key<Deployment> REDIS_KIND = new Key<>(
            "redis.kind",
            Kind.choice(Deployment.class),
            Deployment.SINGLE,
            "single: one server. sentinel: the uris are those of Sentinels. cluster: some nodes of a Redis Cluster.");
    static final Key<List<URI>> REDIS_URIS = new Key<>(
            "redis.uris",
            Kind.uris("redis", "rediss"),
            List.of(URI.create("redis://127.0.0.1:6379")),
            "Where Redis is, redis://HOST:PORT or rediss:// for TLS; a list in the file, else separated by commas. No"
                    + " password in it.");
    static final Key<String> REDIS_MASTER =
            new Key<>("redis.master", Kind.text(), "mymaster", "The name under which the Sentinels watch the master.");
    static final Key<Optional<String>> REDIS_USERNAME =
            new Key<>("redis.username", Kind.optional(Kind.text()), Optional.empty(), "User of Redis's access lists.");
    static final Key<Optional<Secret>> REDIS_PASSWORD = new Key<>(
            "redis.password",
            Kind.optional(Kind.secret()),
            Optional.empty(),
            "Its password. Never printed; better in the environment than on a command line.");
    static final Key<Optional<Path>> REDIS_CA = new Key<>(
            "redis.ca-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "Certificates in PEM that vouch for Redis where TLS is spoken; else those that the JVM trusts.");
    static final Key<Optional<Path>> REDIS_CERTIFICATE = new Key<>(
            "redis.certificate-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "Our own certificate in PEM, where Redis asks for one.");
    static final Key<Optional<Path>> REDIS_KEY = new Key<>(
            "redis.key-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "Its private key in PEM, PKCS#8 without a password.");
    static final Key<Duration> REDIS_TIMEOUT = new Key<>(
            "redis.timeout",
            Kind.duration(Duration.ofMillis(50), Duration.ofSeconds(30)),
            Duration.ofSeconds(1),
            "How long a command may take.");
    static final Key<String> REDIS_PREFIX = new Key<>(
            "redis.prefix", Kind.text(), "im:", "What every key begins with. The same on every node of a cluster.");

    static final Key<List<URI>> ETCD_ENDPOINTS = new Key<>(
            "etcd.endpoints",
            Kind.uris("http", "https"),
            List.of(URI.create("http://127.0.0.1:2379")),
            "Where etcd is, http://HOST:PORT or all of them https:// for TLS; a list in the file, else separated by commas."
                    + " No password in it.");
    static final Key<Optional<String>> ETCD_USERNAME =
            new Key<>("etcd.username", Kind.optional(Kind.text()), Optional.empty(), "User of etcd.");
    static final Key<Optional<Secret>> ETCD_PASSWORD =
            new Key<>("etcd.password", Kind.optional(Kind.secret()), Optional.empty(), "Its password. Never printed.");
    static final Key<Optional<Path>> ETCD_CA = new Key<>(
            "etcd.ca-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "Certificates in PEM that vouch for etcd where TLS is spoken; else those that the JVM trusts.");
    static final Key<Optional<Path>> ETCD_CERTIFICATE = new Key<>(
            "etcd.certificate-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "Our own certificate in PEM, where etcd asks for one.");
    static final Key<Optional<Path>> ETCD_KEY = new Key<>(
            "etcd.key-file",
            Kind.optional(Kind.path()),
            Optional.empty(),
            "Its private key in PEM, PKCS#8 without a password.");
    static final Key<Duration> ETCD_TIMEOUT = new Key<>(
            "etcd.timeout",
            Kind.duration(Duration.ofMillis(100), Duration.ofSeconds(30)),
            Duration.ofSeconds(3),
            "How long a request may take.");
    static final Key<String> ETCD_PREFIX = new Key<>(
            "etcd.prefix", Kind.text(), "/im/", "What every key begins with. The same on every node of a cluster.");

    static final Key<Integer> ROUTER_PORT = new Key<>(
            "router.port", Kind.port(), 8090, "Where router answers /v1/endpoint over HTTP; it binds listen.host.");
    static final Key<Choice> ROUTER_CHOICE = new Key<>(
            "router.choice",
            Kind.choice(Choice.class),
            Choice.ROUND_ROBIN,
            "How router spreads clients over gateways: round-robin, weighted by health, processor, memory and"
                    + " connections; least-connections; or consistent-hash of the uid.");

    static final Key<Integer> ROUTER_RATE = new Key<>(
            "router.requests-per-second",
            Kind.count("requests", 1, 1_000_000),
            2_000,
            "Requests that router answers in a second; those above get 429 and a time to come back.");

    /** In the order of the documentation. */
    static final List<Key<?>> ALL = List.of(
            ADVERTISE_WS,
            ADVERTISE_TCP,
            STARTUP_TIMEOUT,
            REGISTRY_NODES,
            REGISTRY_ROUTES,
            REGISTRY_LEASE,
            KAFKA_BOOTSTRAP,
            KAFKA_TOPIC_NUMBER,
            KAFKA_PARTITIONS,
            KAFKA_PUSH_PARTITIONS,
            KAFKA_REPLICATION,
            KAFKA_MIN_INSYNC,
            KAFKA_APPEND_TIMEOUT,
            KAFKA_TIMEOUT,
            KAFKA_PROPERTIES,
            OFFLINE_TOPIC,
            REDIS_KIND,
            REDIS_URIS,
            REDIS_MASTER,
            REDIS_USERNAME,
            REDIS_PASSWORD,
            REDIS_CA,
            REDIS_CERTIFICATE,
            REDIS_KEY,
            REDIS_TIMEOUT,
            REDIS_PREFIX,
            ETCD_ENDPOINTS,
            ETCD_USERNAME,
            ETCD_PASSWORD,
            ETCD_CA,
            ETCD_CERTIFICATE,
            ETCD_KEY,
            ETCD_TIMEOUT,
            ETCD_PREFIX,
            ROUTER_PORT,
            ROUTER_CHOICE,
            ROUTER_RATE);

    private ClusterKeys() {}
}
