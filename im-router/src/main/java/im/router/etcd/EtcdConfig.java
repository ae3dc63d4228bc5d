package im.router.etcd;

import im.router.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How etcd is reached.
 *
 * @param endpoints {@code http://host:port} of the members, or all of them {@code https://} for TLS; 1 to 16
 * @param tlsFiles what TLS is spoken with
 * @param user null where the servers ask for none; then {@code password} is null too
 * @param prefix of every key
 * @param startTimeout how long a start asks servers that cannot be reached, and waits for one answer; 100 ms or more
 * @param callTimeout for any one call, its connection included; 100 ms to 1 min
 * @param callsInFlight at a time, above which a call fails at once; 1 to 100 000
 */
public record EtcdConfig(
        List<URI> endpoints,
        TlsFiles tlsFiles,
        @Nullable String user,
        @Nullable String password,
        String prefix,
        Duration startTimeout,
        Duration callTimeout,
        int callsInFlight) {
    public static final String PREFIX = "/im/";

    /** @throws IllegalArgumentException naming what is wrong and what was expected */
    public EtcdConfig {
        endpoints = List.copyOf(endpoints);
        require(!endpoints.isEmpty() && endpoints.size() <= 16, "endpoints", endpoints.size(), "1 to 16");
        for (URI endpoint : endpoints) {
            require(
                    isEndpoint(endpoint)
                            && endpoint.getScheme().equals(endpoints.get(0).getScheme()),
                    "endpoints",
                    endpoint,
                    "http://host:port, or https:// for all of them");
        }
        require(
                "https".equals(endpoints.get(0).getScheme()) || tlsFiles.isEmpty(),
                "ca-file, certificate-file",
                tlsFiles,
                "https:// in etcd.endpoints");
        require((user == null) == (password == null), "user", String.valueOf(user), "user and password, or neither");
        require(user == null || !user.isEmpty(), "user", String.valueOf(user), "a name");
        require(!prefix.isEmpty(), "prefix", prefix, "a text such as " + PREFIX);
        require(startTimeout.toMillis() >= 100, "startTimeout", startTimeout, "100 ms or more");
        require(
                callTimeout.toMillis() >= 100 && callTimeout.compareTo(Duration.ofMinutes(1)) <= 0,
                "callTimeout",
                callTimeout,
                "100 ms to 1 min");
        require(callsInFlight >= 1 && callsInFlight <= 100_000, "callsInFlight", callsInFlight, "1 to 100 000");
    }

    public static EtcdConfig of(URI... endpoints) {
        return new EtcdConfig(
                List.of(endpoints),
                TlsFiles.NONE,
                null,
                null,
                PREFIX,
                Duration.ofSeconds(30),
                Duration.ofSeconds(2),
                1_024);
    }

    public EtcdConfig withTlsFiles(TlsFiles files) {
        return new EtcdConfig(endpoints, files, user, password, prefix, startTimeout, callTimeout, callsInFlight);
    }

    public EtcdConfig withUser(String name, String secret) {
        return new EtcdConfig(endpoints, tlsFiles, name, secret, prefix, startTimeout, callTimeout, callsInFlight);
    }

    public EtcdConfig withPrefix(String keys) {
        return new EtcdConfig(endpoints, tlsFiles, user, password, keys, startTimeout, callTimeout, callsInFlight);
    }

    public EtcdConfig withStartTimeout(Duration timeout) {
        return new EtcdConfig(endpoints, tlsFiles, user, password, prefix, timeout, callTimeout, callsInFlight);
    }

    public EtcdConfig withCallTimeout(Duration timeout) {
        return new EtcdConfig(endpoints, tlsFiles, user, password, prefix, startTimeout, timeout, callsInFlight);
    }

    private static boolean isEndpoint(URI uri) {
        return ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))
                && uri.getHost() != null
                && uri.getPort() > 0;
    }

    private static void require(boolean holds, String setting, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(setting + ": " + value + ", expected " + expected);
        }
    }

    /** Whether TLS is spoken. */
    boolean isTls() {
        return "https".equals(endpoints.get(0).getScheme());
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "EtcdConfig" + endpoints + (user == null ? "" : " as " + user) + " " + prefix;
    }
}
