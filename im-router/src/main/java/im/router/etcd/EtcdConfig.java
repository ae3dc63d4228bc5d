package im.router.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How etcd is reached.
 *
 * @param endpoints {@code http://host:port} of the members, 1 to 16
 * @param user null where the servers ask for none; then {@code password} is null too
 * @param prefix of every key
 * @param callTimeout for any one call, its connection included; 100 ms to 1 min
 * @param callsInFlight at a time, above which a call fails at once; 1 to 100 000
 */
public record EtcdConfig(
        List<URI> endpoints,
        @Nullable String user,
        @Nullable String password,
        String prefix,
        Duration callTimeout,
        int callsInFlight) {
    public static final String PREFIX = "/im/";

    /** @throws IllegalArgumentException naming what is wrong and what was expected */
    public EtcdConfig {
        endpoints = List.copyOf(endpoints);
        require(!endpoints.isEmpty() && endpoints.size() <= 16, "endpoints", endpoints.size(), "1 to 16");
        for (URI endpoint : endpoints) {
            require(isEndpoint(endpoint), "endpoints", endpoint, "http://host:port (TLS is not spoken yet)");
        }
        require((user == null) == (password == null), "user", String.valueOf(user), "user and password, or neither");
        require(user == null || !user.isEmpty(), "user", String.valueOf(user), "a name");
        require(!prefix.isEmpty(), "prefix", prefix, "a text such as " + PREFIX);
        require(
                callTimeout.toMillis() >= 100 && callTimeout.compareTo(Duration.ofMinutes(1)) <= 0,
                "callTimeout",
                callTimeout,
                "100 ms to 1 min");
        require(callsInFlight >= 1 && callsInFlight <= 100_000, "callsInFlight", callsInFlight, "1 to 100 000");
    }

    public static EtcdConfig of(URI... endpoints) {
        return new EtcdConfig(List.of(endpoints), null, null, PREFIX, Duration.ofSeconds(2), 1_024);
    }

    public EtcdConfig withUser(String name, String secret) {
        return new EtcdConfig(endpoints, name, secret, prefix, callTimeout, callsInFlight);
    }

    public EtcdConfig withPrefix(String keys) {
        return new EtcdConfig(endpoints, user, password, keys, callTimeout, callsInFlight);
    }

    public EtcdConfig withCallTimeout(Duration timeout) {
        return new EtcdConfig(endpoints, user, password, prefix, timeout, callsInFlight);
    }

    private static boolean isEndpoint(URI uri) {
        return Objects.equals(uri.getScheme(), "http") && uri.getHost() != null && uri.getPort() > 0;
    }

    private static void require(boolean holds, String setting, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(setting + ": " + value + ", expected " + expected);
        }
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "EtcdConfig" + endpoints + (user == null ? "" : " as " + user) + " " + prefix;
    }
}
