package im.gateway.config;

import im.gateway.config.InvalidSettings.Fault;
import im.relay.Retention;
import im.relay.group.GroupTerms;
import im.router.TlsFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Brings the sources together: a flag wins over the environment, that over the file, that over the default. */
public final class ConfigLoader {
    /** Names the file when {@code --config} does not. */
    public static final String FILE_VARIABLE = "IM_CONFIG";

    private final Map<String, RawValue> values = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    private ConfigLoader() {}

    /** One {@code key=value} of the command line and the flag that said so. */
    public record Flag(String key, String value, String name) {}

    /**
     * @param file null for none
     * @param environment all of the process's variables; an empty one counts as not set
     * @param home folder in which the default data folder lies
     * @throws ConfigException with all that is wrong
     */
    public static LoadedConfig<ServerConfig> load(
            @Nullable Path file, Map<String, String> environment, List<Flag> flags, Path home) throws ConfigException {
        ConfigLoader loader = new ConfigLoader();
        loader.gather(file, environment, flags, home);
        return new LoadedConfig<>(loader.build(loader::server), loader.warnings, loader.values);
    }

    /**
     * The same sources, for a process of a cluster that serves no sessions and knows no key.
     *
     * @throws ConfigException with all that is wrong in any key
     */
    public static LoadedConfig<NodeConfig> loadForNode(
            @Nullable Path file, Map<String, String> environment, List<Flag> flags, Path home) throws ConfigException {
        ConfigLoader loader = new ConfigLoader();
        loader.gather(file, environment, flags, home);
        return new LoadedConfig<>(loader.build(loader::node), loader.warnings, loader.values);
    }

    /**
     * The same sources, but only what tokens need: nothing here asks whether a server could start.
     *
     * @throws ConfigException with all that is wrong in any key
     */
    public static TokenSettings loadForTokens(
            @Nullable Path file, Map<String, String> environment, List<Flag> flags, Path home) throws ConfigException {
        ConfigLoader loader = new ConfigLoader();
        loader.gather(file, environment, flags, home);
        return loader.build(() -> new TokenSettings(loader.get(Keys.DATA), loader.auth()));
    }

    /**
     * @param data folder in which a key made in dev mode lies
     * @param auth what tokens must say
     */
    public record TokenSettings(Path data, AuthConfig auth) {}

    private void gather(@Nullable Path file, Map<String, String> environment, List<Flag> flags, Path home) {
        defaults(home);
        Map<String, RawValue> set = new HashMap<>(file == null ? Map.of() : ConfigFile.read(file, problems));
        set.putAll(environment(environment));
        set.putAll(flags(flags));
        RawValue dev = set.get(Keys.DEV.name());
        if (dev != null && dev.text().equals("true")) {
            values.put(Keys.HOST.name(), new RawValue("127.0.0.1", "dev mode", false));
            values.put(ClusterKeys.KAFKA_REPLICATION.name(), new RawValue("1", "dev mode", false));
            values.put(ClusterKeys.KAFKA_MIN_INSYNC.name(), new RawValue("1", "dev mode", false));
        }
        values.putAll(set);
    }

    private void defaults(Path home) {
        for (Key<?> key : Keys.ALL) {
            values.put(key.name(), new RawValue(key.defaultText(), RawValue.DEFAULT_SOURCE, false));
        }
        String data = home.resolve(Keys.DATA.byDefault()).toString();
        values.put(Keys.DATA.name(), new RawValue(data, RawValue.DEFAULT_SOURCE, false));
    }

    private Map<String, RawValue> environment(Map<String, String> environment) {
        Map<String, Key<?>> byVariable = Keys.ALL.stream().collect(Collectors.toMap(Key::variable, k -> k));
        Set<String> sections = Keys.ALL.stream()
                .filter(k -> k.name().contains("."))
                .map(k -> k.variable().substring(0, k.variable().indexOf('_', 3) + 1))
                .collect(Collectors.toSet());
        Map<String, RawValue> set = new HashMap<>();
        new TreeMap<>(environment).forEach((name, text) -> {
            Key<?> key = byVariable.get(name);
            if (key != null && !text.isEmpty()) {
                set.put(key.name(), new RawValue(text, name, false));
            } else if (key == null && sections.stream().anyMatch(name::startsWith)) {
                // Not an error: Kubernetes puts variables named after its services into every container.
                warnings.add("environment variable " + Problem.escape(name) + " names no key and is ignored");
            }
        });
        return set;
    }

    private Map<String, RawValue> flags(List<Flag> flags) {
        Map<String, RawValue> set = new HashMap<>();
        for (Flag flag : flags) {
            RawValue value = new RawValue(flag.value(), flag.name(), true);
            if (!Keys.BY_NAME.containsKey(flag.key())) {
                problems.add(Problem.of(flag.key(), value, "a key that exists; the config command lists them"));
            } else if (set.putIfAbsent(flag.key(), value) != null) {
                problems.add(Problem.of(flag.key(), value, "each key once on the command line"));
            }
        }
        return set;
    }

    private <T> T build(Supplier<T> parts) throws ConfigException {
        for (Key<?> key : Keys.ALL) {
            RawValue value = raw(key);
            if (key.kind().read(value.text()).isEmpty()) {
                problems.add(Problem.of(key.name(), value, key.kind().expectation()));
            }
        }
        if (!problems.isEmpty()) {
            throw new ConfigException(problems);
        }
        try {
            return parts.get();
        } catch (InvalidSettings e) {
            for (Fault fault : e.faults()) {
                problems.add(Problem.of(fault.key().name(), raw(fault.key()), fault.expectation()));
            }
            throw new ConfigException(problems);
        }
    }

    private ServerConfig server() {
        return new ServerConfig(
                get(Keys.DEV),
                get(Keys.DATA),
                get(Keys.NODE),
                new ListenConfig(
                        get(Keys.HOST),
                        get(Keys.HTTP_PORT),
                        get(Keys.TCP_PORT),
                        get(Keys.ADMIN_HOST),
                        get(Keys.ADMIN_PORT),
                        get(Keys.ALLOWED_ORIGINS),
                        get(Keys.PROXIES),
                        new PollingConfig(
                                get(Keys.POLL),
                                get(Keys.POLL_WAIT),
                                get(Keys.POLL_SESSIONS),
                                get(Keys.POLL_SESSIONS_PER_ADDRESS))),
                new SessionConfig(
                        get(Keys.HEARTBEAT),
                        get(Keys.HANDSHAKE_TIMEOUT),
                        get(Keys.WINDOW_MESSAGES),
                        get(Keys.WINDOW_BYTES),
                        get(Keys.UNANSWERED_SENDS),
                        get(Keys.REPUSH),
                        get(Keys.LOOP_OUTBOUND_BYTES),
                        get(Keys.PRESENCE_GRACE),
                        get(Keys.DEVICES),
                        get(Keys.GROUPS_RECEIPT_MEMBERS)),
                new MessageLogConfig(
                        get(Keys.DEDUPE_WINDOW),
                        get(Keys.QUEUE_MESSAGES),
                        get(Keys.QUEUE_BYTES),
                        get(Keys.CACHE),
                        retention(),
                        new GroupTerms(
                                get(Keys.GROUPS_CREATE) == GroupCreation.ANYBODY,
                                get(Keys.GROUPS_MAX_MEMBERS),
                                get(Keys.GROUPS_MAX_PER_UID))),
                auth(),
                get(Keys.DRAIN_TIMEOUT),
                new IoConfig(get(Keys.IO_THREADS), get(Keys.TRANSPORT), get(Keys.ALLOCATOR)),
                new LoggingConfig(get(Keys.LOG_LEVEL), get(Keys.LOG_FORMAT)),
                cluster(),
                appServers());
    }

    private AppServersConfig appServers() {
        return new AppServersConfig(
                new InterceptorConfig(
                        get(AppServersKeys.INTERCEPTOR_FOLDER),
                        get(AppServersKeys.INTERCEPTOR_SETTINGS),
                        get(AppServersKeys.INTERCEPTOR_THREADS),
                        get(AppServersKeys.INTERCEPTOR_TIMEOUT),
                        get(AppServersKeys.INTERCEPTOR_FAILURE)),
                new WebhookConfig(
                        get(AppServersKeys.WEBHOOK_URL),
                        get(AppServersKeys.WEBHOOK_SECRET),
                        get(AppServersKeys.WEBHOOK_SECRET_FILE),
                        get(AppServersKeys.WEBHOOK_EVENTS),
                        get(AppServersKeys.WEBHOOK_TIMEOUT),
                        get(AppServersKeys.WEBHOOK_RETRIES),
                        get(AppServersKeys.BEFORE_SEND_TIMEOUT),
                        get(AppServersKeys.BEFORE_SEND_FAILURE),
                        get(AppServersKeys.WEBHOOK_QUEUE_EVENTS),
                        get(AppServersKeys.WEBHOOK_QUEUE_BYTES),
                        get(AppServersKeys.OFFLINE_AFTER)),
                new ApiConfig(
                        get(AppServersKeys.API_HOST),
                        get(AppServersKeys.API_PORT),
                        get(AppServersKeys.API_KEYS),
                        get(AppServersKeys.SYSTEM_UID),
                        get(AppServersKeys.API_RATE),
                        get(AppServersKeys.BROADCAST_RATE)));
    }

    private NodeConfig node() {
        return new NodeConfig(
                get(Keys.DEV),
                get(Keys.DATA),
                get(Keys.NODE),
                get(Keys.HOST),
                get(Keys.ADMIN_HOST),
                get(Keys.ADMIN_PORT),
                get(Keys.HEARTBEAT),
                get(Keys.DEDUPE_WINDOW),
                get(Keys.WINDOW_ENTRIES),
                retention(),
                cluster(),
                get(Keys.DRAIN_TIMEOUT),
                new LoggingConfig(get(Keys.LOG_LEVEL), get(Keys.LOG_FORMAT)));
    }

    private Retention retention() {
        return new Retention(get(Keys.RETENTION_TIME), get(Keys.RETENTION_MESSAGES), get(Keys.RETENTION_BYTES));
    }

    private ClusterConfig cluster() {
        return new ClusterConfig(
                get(ClusterKeys.ADVERTISE_WS),
                get(ClusterKeys.ADVERTISE_TCP),
                get(ClusterKeys.STARTUP_TIMEOUT),
                get(ClusterKeys.REGISTRY_NODES),
                get(ClusterKeys.REGISTRY_ROUTES),
                get(ClusterKeys.REGISTRY_LEASE),
                kafka(),
                new RedisSettings(
                        get(ClusterKeys.REDIS_KIND),
                        get(ClusterKeys.REDIS_URIS),
                        get(ClusterKeys.REDIS_MASTER),
                        get(ClusterKeys.REDIS_USERNAME),
                        get(ClusterKeys.REDIS_PASSWORD),
                        tlsFiles(ClusterKeys.REDIS_CA, ClusterKeys.REDIS_CERTIFICATE, ClusterKeys.REDIS_KEY),
                        get(ClusterKeys.REDIS_TIMEOUT),
                        get(ClusterKeys.REDIS_PREFIX)),
                new EtcdSettings(
                        get(ClusterKeys.ETCD_ENDPOINTS),
                        get(ClusterKeys.ETCD_USERNAME),
                        get(ClusterKeys.ETCD_PASSWORD),
                        tlsFiles(ClusterKeys.ETCD_CA, ClusterKeys.ETCD_CERTIFICATE, ClusterKeys.ETCD_KEY),
                        get(ClusterKeys.ETCD_TIMEOUT),
                        get(ClusterKeys.ETCD_PREFIX)),
                new RouterSettings(
                        get(ClusterKeys.ROUTER_PORT), get(ClusterKeys.ROUTER_CHOICE), get(ClusterKeys.ROUTER_RATE)));
    }

    private TlsFiles tlsFiles(Key<Optional<Path>> ca, Key<Optional<Path>> certificate, Key<Optional<Path>> key) {
        if (get(certificate).isPresent() != get(key).isPresent()) {
            throw new InvalidSettings(key, get(key), "both this and " + certificate.name() + ", or neither");
        }
        return new TlsFiles(get(ca), get(certificate), get(key));
    }

    private KafkaSettings kafka() {
        return new KafkaSettings(
                get(ClusterKeys.KAFKA_BOOTSTRAP),
                get(ClusterKeys.KAFKA_TOPIC_NUMBER),
                get(ClusterKeys.KAFKA_PARTITIONS),
                get(ClusterKeys.KAFKA_PUSH_PARTITIONS),
                get(ClusterKeys.KAFKA_REPLICATION),
                get(ClusterKeys.KAFKA_MIN_INSYNC),
                get(ClusterKeys.KAFKA_APPEND_TIMEOUT),
                get(ClusterKeys.KAFKA_TIMEOUT),
                get(ClusterKeys.KAFKA_PROPERTIES),
                get(ClusterKeys.OFFLINE_TOPIC));
    }

    private AuthConfig auth() {
        return new AuthConfig(
                get(Keys.KEY_FILE), get(Keys.KEY_ID), get(Keys.ISSUER), get(Keys.AUDIENCE), get(Keys.LEEWAY));
    }

    private RawValue raw(Key<?> key) {
        RawValue value = values.get(key.name());
        if (value == null) {
            throw new IllegalStateException(key.name());
        }
        return value;
    }

    private <T> T get(Key<T> key) {
        return key.kind().read(raw(key).text()).orElseThrow();
    }
}
