package im.gateway.config;

import im.router.TlsFiles;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The conversation store, the users' indexes, cursors and routes on Redis.
 *
 * @param uris of the server, of Sentinels, or of some nodes of a Redis Cluster
 * @param master the name that Sentinels know
 * @param tlsFiles for rediss://
 * @param timeout of one command
 * @param prefix of every key
 */
public record RedisSettings(
        Deployment kind,
        List<URI> uris,
        String master,
        Optional<String> username,
        Optional<Secret> password,
        TlsFiles tlsFiles,
        Duration timeout,
        String prefix) {

    public RedisSettings {
        uris = List.copyOf(uris);
        ClusterKeys.REDIS_URIS.require(uris);
        ClusterKeys.REDIS_MASTER.require(master);
        ClusterKeys.REDIS_USERNAME.require(username);
        ClusterKeys.REDIS_PASSWORD.require(password);
        ClusterKeys.REDIS_TIMEOUT.require(timeout);
        ClusterKeys.REDIS_PREFIX.require(prefix);
        if (kind == Deployment.SINGLE && uris.size() > 1) {
            throw new InvalidSettings(ClusterKeys.REDIS_URIS, uris, "one uri where redis.kind is single");
        }
    }

    /** How Redis is run. */
    public enum Deployment {
        SINGLE,
        SENTINEL,
        CLUSTER
    }
}
