package im.router.redis;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import javax.net.ssl.SSLException;

/**
 * What a server must be before anything is kept in it: new enough, never evicting what it was given, of the kind that
 * the configuration says, and of the same time as this process. Each node of a cluster is asked. Blocks; at start only.
 */
final class StartCheck {
    private static final int LEAST_MAJOR = 6;
    private static final int LEAST_MINOR = 2;
    /** As far as relays allow for when they say up to which time a view is complete; more could hide that it is not. */
    private static final Duration CLOCKS_APART = Duration.ofSeconds(5);

    private static final Duration ASK_AGAIN = Duration.ofMillis(50);

    private final RedisConfig config;
    private final RedisConnection connection;
    private final Clock clock;

    StartCheck(RedisConfig config, RedisConnection connection, Clock clock) {
        this.config = config;
        this.connection = connection;
        this.clock = clock;
    }

    void run() throws RedisStartException {
        StatefulConnection<byte[], byte[]> lettuce = connection.lettuce();
        if (lettuce instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
            checkCluster(cluster);
        } else if (lettuce instanceof StatefulRedisConnection<byte[], byte[]> single) {
            Map<String, String> facts =
                    facts(config.addressesText(), () -> single.async().info());
            if ("1".equals(facts.get("cluster_enabled"))) {
                throw fault(config.addressesText(), "is a node of a Redis Cluster, expected redis.kind to be cluster");
            }
            check(config.addressesText(), facts);
        }
    }

    /**
     * Asks over the connections that calls will go over: a call to a node without one is refused while it is being made.
     */
    private void checkCluster(StatefulRedisClusterConnection<byte[], byte[]> cluster) throws RedisStartException {
        if (connection.masters().isEmpty()) {
            throw fault(config.addressesText(), "knows no node with slots, expected a Redis Cluster that is set up");
        }
        for (RedisClusterNode node : connection.masters()) {
            String address = node.getUri().getHost() + ":" + node.getUri().getPort();
            try {
                Map<String, String> facts = facts(
                        address,
                        () -> cluster.getConnectionAsync(
                                        node.getUri().getHost(), node.getUri().getPort())
                                .thenCompose(one -> one.async().info()));
                check(address, facts);
            } catch (RuntimeException e) {
                throw fault(address, "does not answer: " + Failures.message(e));
            }
        }
    }

    private void check(String address, Map<String, String> facts) throws RedisStartException {
        String version = facts.getOrDefault("redis_version", "");
        String[] parts = version.split("\\.");
        if (parts.length < 2 || !isNewEnough(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]))) {
            throw fault(address, "has version '" + version + "', expected 6.2 or newer");
        }
        String policy = facts.getOrDefault("maxmemory_policy", "");
        if (!policy.equals("noeviction")) {
            throw fault(
                    address,
                    "has maxmemory-policy '" + policy
                            + "', expected noeviction: a server that evicts keys loses what it was given");
        }
        String role = facts.getOrDefault("role", "");
        if (!role.equals("master")) {
            throw fault(address, "is a replica ('" + role + "'), expected the master");
        }
    }

    /**
     * Every process asks the same servers, so that the clocks of any two are no further apart than twice the limit. What
     * the answer took counts for nobody.
     */
    private void checkClock(String address, Map<String, String> facts, long asked) throws RedisStartException {
        String micros = facts.get("server_time_usec");
        if (micros == null) {
            return;
        }
        long there = TimeUnit.MICROSECONDS.toMillis(Long.parseLong(micros));
        long ahead = asked - there;
        long behind = there - clock.millis();
        if (Math.max(ahead, behind) > CLOCKS_APART.toMillis()) {
            throw fault(
                    address,
                    "has a clock that is " + Math.max(ahead, behind) / 1_000 + " s "
                            + (ahead > behind ? "behind" : "ahead of") + " this machine's, expected at most "
                            + CLOCKS_APART.toSeconds() + " s between them");
        }
    }

    private static boolean isNewEnough(int major, int minor) {
        return major > LEAST_MAJOR || (major == LEAST_MAJOR && minor >= LEAST_MINOR);
    }

    /** Its clock is checked by them. A connection that ends while it is new comes back, and is asked again. */
    private Map<String, String> facts(String address, Supplier<CompletionStage<String>> info)
            throws RedisStartException {
        long deadline = RedisConnection.startDeadline(config);
        while (true) {
            long asked = clock.millis();
            try {
                String text = info.get()
                        .toCompletableFuture()
                        .orTimeout(config.connectTimeout().toNanos(), TimeUnit.NANOSECONDS)
                        .join();
                Map<String, String> facts = parse(text);
                checkClock(address, facts, asked);
                return facts;
            } catch (CompletionException e) {
                Throwable cause = e.getCause() == null ? e : e.getCause();
                if (cause instanceof RedisCommandExecutionException || System.nanoTime() - deadline >= 0) {
                    throw fault(address, "does not answer INFO: " + Failures.message(cause));
                }
                LockSupport.parkNanos(ASK_AGAIN.toNanos());
            }
        }
    }

    private static Map<String, String> parse(String info) {
        Map<String, String> facts = new HashMap<>();
        info.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0) {
                facts.put(line.substring(0, colon), line.substring(colon + 1).strip());
            }
        });
        return facts;
    }

    private RedisStartException fault(String address, String what) {
        return new RedisStartException("redis.uris: the server at " + address + " " + what);
    }

    /** Says what a failed connection means to whoever configured it. */
    static RedisStartException unreachable(RedisConfig config, Throwable thrown) {
        Set<Throwable> behind = Failures.behind(thrown);
        for (Throwable t : behind) {
            String why = Failures.message(t);
            if (why.startsWith("WRONGPASS") || why.startsWith("NOAUTH") || why.startsWith("ERR AUTH")) {
                boolean given = config.password().isPresent();
                return new RedisStartException(
                        (given ? "redis.username, redis.password" : "redis.password") + ": the server at "
                                + config.addressesText() + " refuses the "
                                + (given ? "username or password" : "connection without a password")
                                + ", expected those of the server: " + why);
            }
        }
        return new RedisStartException(
                "redis.uris: " + config.addressesText() + " cannot be reached where redis.kind is "
                        + config.kind().name().toLowerCase(Locale.ROOT)
                        + (config.kind() == RedisConfig.Kind.SENTINEL ? " and redis.master " + config.master() : "")
                        + ": " + Failures.message(deepest(thrown))
                        + (behind.stream().anyMatch(SSLException.class::isInstance)
                                ? " (TLS: redis.ca-file must vouch for the server's certificate)"
                                : ""));
    }

    private static Throwable deepest(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return cause == null ? thrown : deepest(cause);
    }
}
