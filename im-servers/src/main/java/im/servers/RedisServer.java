package im.servers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Redis of one process, or a Sentinel. It keeps nothing over a restart unless {@code appendonly yes} or {@code save} is
 * set.
 */
public final class RedisServer extends Server {
    static final String PROGRAM = "redis-server";
    /** A node of a Redis Cluster listens for the others on a port that far above its own. */
    private static final int CLUSTER_BUS = 10_000;

    private static final String VARIABLE = "IM_REDIS";
    private static final int ANSWER_MILLIS = 1_000;

    private final Map<String, String> settings;
    private final boolean sentinel;

    private RedisServer(Path folder, ServerOptions options, Map<String, String> settings, boolean sentinel) {
        super(sentinel ? "sentinel" : "redis", folder, options);
        this.settings = settings;
        this.sentinel = sentinel;
    }

    /** Whether one can be had here; {@code IM_REDIS=HOST:PORT} names one that runs already. */
    public static Availability available() {
        return Availability.ofAddress(VARIABLE, local());
    }

    /** Whether one can be started here. */
    public static Availability local() {
        return Containers.orImage(program());
    }

    private static Availability program() {
        return Availability.ofProgram(PROGRAM, PROGRAM);
    }

    @Override
    protected Optional<String> image() {
        return Containers.instead(program().here(), "IM_REDIS_IMAGE", "redis:7.2");
    }

    static Optional<Address> external() {
        return Availability.fromEnvironment(VARIABLE);
    }

    public static RedisServer start(Path folder, ServerOptions options) {
        RedisServer server = prepare(folder, options);
        server.start();
        return server;
    }

    /** Starts nothing yet. */
    public static RedisServer prepare(Path folder, ServerOptions options) {
        ServerOptions settled = settled(options);
        Map<String, String> settings = place(folder, settled);
        settings.put("save", "\"\"");
        settings.put("appendonly", "no");
        settings.put("maxmemory-policy", "noeviction");
        settings.putAll(options.settings());
        return new RedisServer(folder, settled, settings, false);
    }

    private static ServerOptions settled(ServerOptions options) {
        boolean chosen = options.port() != 0 || !options.settings().containsKey("cluster-enabled");
        return chosen ? options.settled() : options.port(FreePorts.nextWithNeighbour(CLUSTER_BUS));
    }

    /** One that copies the master. */
    public static RedisServer startReplica(Path folder, RedisServer master) {
        return start(folder, ServerOptions.defaults().set("replicaof", master.asArgument()));
    }

    /**
     * A Sentinel that decides alone. A master that is silent for five seconds is down.
     *
     * @param name of the master, for those who ask for it
     * @param failoverTimeout after which a promotion that does not come to its end is tried again
     */
    public static RedisServer startSentinel(Path folder, String name, RedisServer master, Duration failoverTimeout) {
        ServerOptions settled = ServerOptions.defaults().settled();
        Map<String, String> settings = place(folder, settled);
        settings.put("sentinel monitor " + name, master.asArgument() + " 1");
        settings.put("sentinel down-after-milliseconds " + name, "5000");
        settings.put("sentinel failover-timeout " + name, Long.toString(failoverTimeout.toMillis()));
        RedisServer server = new RedisServer(folder, settled, settings, true);
        server.start();
        return server;
    }

    private String asArgument() {
        return Address.LOOPBACK + " " + port();
    }

    private static Map<String, String> place(Path folder, ServerOptions options) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("bind", Address.LOOPBACK);
        settings.put("port", Integer.toString(options.port()));
        settings.put("dir", "\"" + folder.toAbsolutePath() + "\"");
        return settings;
    }

    /** A Sentinel writes what it learnt into its file, so that one is kept. */
    @Override
    protected void prepare() throws IOException {
        if (sentinel && Files.exists(configuration())) {
            return;
        }
        StringBuilder text = new StringBuilder();
        settings.forEach(
                (key, value) -> text.append(key).append(' ').append(value).append('\n'));
        Files.writeString(configuration(), text);
    }

    private Path configuration() {
        return folder().resolve(name() + ".conf");
    }

    @Override
    protected List<String> command() {
        String program = Programs.find(PROGRAM).map(Path::toString).orElse(PROGRAM);
        String file = configuration().toString();
        return sentinel ? List.of(program, file, "--sentinel") : List.of(program, file);
    }

    /** Not while it loads its data; one that wants a password answers too. */
    @Override
    protected boolean answers() throws IOException {
        return !RedisConsole.firstLine(address(), "PING", ANSWER_MILLIS).startsWith("-LOADING");
    }
}
