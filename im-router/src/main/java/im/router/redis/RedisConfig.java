package im.router.redis;

import im.router.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where Redis is and how far it is trusted.
 *
 * @param kind what answers at the addresses
 * @param addresses {@code host:port} of the server, of the Sentinels, or of some nodes of the cluster
 * @param master the name that the Sentinels know the server by; read with {@link Kind#SENTINEL} only
 * @param username needs a password beside it
 * @param password of the servers; Sentinels are asked without one
 * @param tls whether to speak TLS and check the server's certificate and name
 * @param tlsFiles what that is done with
 * @param keyPrefix before every key, so that several systems can share a Redis; without braces
 * @param startTimeout how long a start tries again where a connection or an answer takes longer than it may
 * @param connectTimeout also how long the start check waits for an answer
 * @param commandTimeout after which a call fails and its outcome is not known
 * @param maxInFlight calls without an answer, above which calls fail at once
 * @param breaker when calls are not even tried
 */
public record RedisConfig(
        Kind kind,
        List<String> addresses,
        String master,
        Optional<String> username,
        Optional<String> password,
        boolean tls,
        TlsFiles tlsFiles,
        String keyPrefix,
        Duration startTimeout,
        Duration connectTimeout,
        Duration commandTimeout,
        int maxInFlight,
        Breaker breaker) {
    public static final String DEFAULT_PREFIX = "im:";

    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9a-fA-F:.]+]|[A-Za-z0-9._-]+):([0-9]{1,5})");

    /** @throws IllegalArgumentException that names what cannot be */
    public RedisConfig {
        addresses = List.copyOf(addresses);
        require(!addresses.isEmpty(), "redis.uris: expected one at least");
        for (String address : addresses) {
            require(
                    ADDRESS.matcher(address).matches() && port(address) >= 1 && port(address) <= 65_535,
                    "redis.uris: '" + address + "', expected host:port");
        }
        require(kind != Kind.SINGLE || addresses.size() == 1, "redis.uris: expected one where redis.kind is single");
        require(kind != Kind.SENTINEL || !master.isEmpty(), "redis.master: expected the name that the Sentinels know");
        require(username.isEmpty() || password.isPresent(), "redis.username: expected a password beside it");
        require(tls || tlsFiles.isEmpty(), "redis.ca-file, redis.certificate-file: expected rediss:// in redis.uris");
        require(
                !keyPrefix.contains("{") && !keyPrefix.contains("}"),
                "redis.prefix: '" + keyPrefix + "', expected no braces");
        require(isPositive(startTimeout), "redis start timeout: expected more than 0");
        require(isPositive(connectTimeout), "redis connect timeout: expected more than 0");
        require(isPositive(commandTimeout), "redis.timeout: expected more than 0");
        require(maxInFlight >= 1, "redis calls in flight: " + maxInFlight + ", expected 1 or more");
    }

    /** What answers at the addresses. */
    public enum Kind {
        SINGLE,
        SENTINEL,
        CLUSTER
    }

    /**
     * @param window calls that are looked back on
     * @param minimumCalls below which it never opens
     * @param failureRate in percent of the window, at which it opens
     * @param open how long it stays open before calls probe again
     * @param probes calls that are let through then; it closes when fewer than {@code failureRate} of them fail
     */
    public record Breaker(int window, int minimumCalls, float failureRate, Duration open, int probes) {
        public static final Breaker DEFAULT = new Breaker(32, 8, 50, Duration.ofSeconds(1), 2);

        public Breaker {
            require(window >= 1 && minimumCalls >= 1 && minimumCalls <= window, "redis breaker: window and minimum");
            require(failureRate > 0 && failureRate <= 100, "redis breaker: failure rate in percent");
            require(isPositive(open) && probes >= 1, "redis breaker: time open and probes");
        }
    }

    /**
     * With defaults for the rest.
     *
     * @param uris {@code redis://HOST:PORT}, or all of them {@code rediss://HOST:PORT} for TLS
     * @throws IllegalArgumentException when they are something else
     */
    public static RedisConfig of(Kind kind, List<URI> uris, String master) {
        boolean tls = !uris.isEmpty() && "rediss".equals(uris.get(0).getScheme());
        for (URI uri : uris) {
            require(
                    (tls ? "rediss" : "redis").equals(uri.getScheme()) && uri.getUserInfo() == null,
                    "redis.uris: expected redis://HOST:PORT, or rediss:// for all of them, and no password");
        }
        return new RedisConfig(
                kind,
                uris.stream().map(URI::getAuthority).toList(),
                master,
                Optional.empty(),
                Optional.empty(),
                tls,
                TlsFiles.NONE,
                DEFAULT_PREFIX,
                Duration.ofSeconds(30),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                8_192,
                Breaker.DEFAULT);
    }

    /** One server, with defaults for the rest. */
    public static RedisConfig single(String host, int port) {
        return of(Kind.SINGLE, List.of(URI.create("redis://" + host + ":" + port)), "");
    }

    public RedisConfig withCredentials(Optional<String> user, Optional<String> secret) {
        return new RedisConfig(
                kind,
                addresses,
                master,
                user,
                secret,
                tls,
                tlsFiles,
                keyPrefix,
                startTimeout,
                connectTimeout,
                commandTimeout,
                maxInFlight,
                breaker);
    }

    public RedisConfig withTlsFiles(TlsFiles files) {
        return new RedisConfig(
                kind,
                addresses,
                master,
                username,
                password,
                tls,
                files,
                keyPrefix,
                startTimeout,
                connectTimeout,
                commandTimeout,
                maxInFlight,
                breaker);
    }

    public RedisConfig withKeyPrefix(String prefix) {
        return new RedisConfig(
                kind,
                addresses,
                master,
                username,
                password,
                tls,
                tlsFiles,
                prefix,
                startTimeout,
                connectTimeout,
                commandTimeout,
                maxInFlight,
                breaker);
    }

    public RedisConfig withStartTimeout(Duration timeout) {
        return limited(timeout, connectTimeout, commandTimeout, maxInFlight, breaker);
    }

    /** Timeouts of a connection and a command, bound and breaker. */
    public RedisConfig withLimits(Duration connect, Duration command, int inFlight, Breaker breakerSettings) {
        return limited(startTimeout, connect, command, inFlight, breakerSettings);
    }

    private RedisConfig limited(
            Duration start, Duration connect, Duration command, int inFlight, Breaker breakerSettings) {
        return new RedisConfig(
                kind,
                addresses,
                master,
                username,
                password,
                tls,
                tlsFiles,
                keyPrefix,
                start,
                connect,
                command,
                inFlight,
                breakerSettings);
    }

    public RedisKeys keys() {
        return new RedisKeys(keyPrefix);
    }

    /** For messages. */
    String addressesText() {
        return String.join(",", addresses);
    }

    @Override
    public String toString() {
        return "RedisConfig[" + kind + " " + addressesText() + (master.isEmpty() ? "" : "/" + master) + "]";
    }

    static String host(String address) {
        String host = address.substring(0, address.lastIndexOf(':'));
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    static int port(String address) {
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
