package im.router.redis;

import im.router.TlsFiles;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.MaintNotificationsConfig;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ConnectTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lettuce, set up so that nothing waits without a bound: what is sent while there is no connection is refused, what was
 * sent and not answered when a connection ends fails and is never sent again (its outcome is not known, and a second
 * execution is not ours to decide), a connection that is silent is closed, and coming back takes at most a second.
 */
final class RedisConnection {
    private static final int THREADS = 2;
    private static final Duration KEEP_ALIVE_IDLE = Duration.ofSeconds(5);
    private static final Duration KEEP_ALIVE_INTERVAL = Duration.ofSeconds(2);
    private static final int KEEP_ALIVE_COUNT = 3;
    private static final Duration FIRST_RECONNECT = Duration.ofMillis(20);
    private static final Duration LAST_RECONNECT = Duration.ofSeconds(1);
    private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(10);
    private static final Duration TOPOLOGY_COOL_DOWN = Duration.ofSeconds(1);

    private final ClientResources resources;
    private final AbstractRedisClient client;
    private final StatefulConnection<byte[], byte[]> connection;

    private RedisConnection(
            ClientResources resources, AbstractRedisClient client, StatefulConnection<byte[], byte[]> connection) {
        this.resources = resources;
        this.client = client;
        this.connection = connection;
    }

    /**
     * A connection that only takes too long is tried again: processes that all start at once on a busy machine take
     * seconds over their first one.
     *
     * @throws RedisStartException when it is refused, or there is none within the start timeout
     */
    static RedisConnection open(RedisConfig config) throws RedisStartException {
        try {
            config.tlsFiles().check("redis.");
        } catch (IOException e) {
            throw new RedisStartException(String.valueOf(e.getMessage()));
        }
        long deadline = startDeadline(config);
        while (true) {
            try {
                return attempt(config);
            } catch (RuntimeException e) {
                if (!tookTooLong(e) || System.nanoTime() - deadline >= 0) {
                    throw StartCheck.unreachable(config, e);
                }
            }
        }
    }

    /** Until when a start that begins now is tried again; {@link System#nanoTime}. */
    static long startDeadline(RedisConfig config) {
        return System.nanoTime() + config.startTimeout().toNanos();
    }

    private static boolean tookTooLong(Throwable thrown) {
        return Failures.behind(thrown).stream()
                .anyMatch(t -> t instanceof RedisCommandTimeoutException || t instanceof ConnectTimeoutException);
    }

    private static RedisConnection attempt(RedisConfig config) {
        ClientResources resources = resources(config);
        AbstractRedisClient client = null;
        try {
            StatefulConnection<byte[], byte[]> connection;
            if (config.kind() == RedisConfig.Kind.CLUSTER) {
                RedisClusterClient cluster = RedisClusterClient.create(resources, uris(config));
                client = cluster;
                cluster.setOptions(clusterOptions(config));
                connection = cluster.connect(ByteArrayCodec.INSTANCE);
            } else {
                RedisClient single = RedisClient.create(resources, uris(config).get(0));
                client = single;
                single.setOptions(options(ClientOptions.builder(), config).build());
                connection = single.connect(ByteArrayCodec.INSTANCE);
            }
            return new RedisConnection(resources, client, connection);
        } catch (RuntimeException e) {
            shutdown(client, resources);
            throw e;
        }
    }

    void dispatch(RedisCommand<byte[], byte[], @Nullable Object> command) {
        try {
            connection.dispatch(command);
        } catch (RuntimeException e) {
            command.completeExceptionally(e);
        }
    }

    void dispatch(List<? extends RedisCommand<byte[], byte[], @Nullable Object>> commands) {
        try {
            connection.dispatch(commands);
        } catch (RuntimeException e) {
            commands.forEach(command -> command.completeExceptionally(e));
        }
    }

    StatefulConnection<byte[], byte[]> lettuce() {
        return connection;
    }

    /** Of a cluster: the nodes that hold slots; else empty. */
    List<RedisClusterNode> masters() {
        if (!(client instanceof RedisClusterClient cluster)) {
            return List.of();
        }
        List<RedisClusterNode> masters = new ArrayList<>();
        for (RedisClusterNode node : cluster.getPartitions()) {
            if (node.is(RedisClusterNode.NodeFlag.UPSTREAM) && !node.getSlots().isEmpty()) {
                masters.add(node);
            }
        }
        return masters;
    }

    void close() {
        shutdown(client, resources);
    }

    private static void shutdown(@Nullable AbstractRedisClient client, ClientResources resources) {
        if (client != null) {
            client.shutdown(0, 1, TimeUnit.SECONDS);
        }
        resources.shutdown(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
    }

    private static ClientResources resources(RedisConfig config) {
        return DefaultClientResources.builder()
                .ioThreadPoolSize(THREADS)
                .computationThreadPoolSize(THREADS)
                .commandLatencyRecorder(CommandLatencyRecorder.disabled())
                .reconnectDelay(Delay.fullJitter(
                        FIRST_RECONNECT, LAST_RECONNECT, FIRST_RECONNECT.toMillis(), TimeUnit.MILLISECONDS))
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        channel.pipeline().addFirst(new SilenceHandler(SilenceHandler.limit(config)));
                    }
                })
                .build();
    }

    private static ClusterClientOptions clusterOptions(RedisConfig config) {
        ClusterClientOptions.Builder builder = ClusterClientOptions.builder();
        options(builder, config);
        return builder.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
                        .enablePeriodicRefresh(TOPOLOGY_REFRESH)
                        .adaptiveRefreshTriggersTimeout(TOPOLOGY_COOL_DOWN)
                        .build())
                .build();
    }

    private static <B extends ClientOptions.Builder> B options(B builder, RedisConfig config) {
        builder.autoReconnect(true)
                .replayFilter(command -> true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                // Twice: those that timed out stay in Lettuce's queue until the connection answers or ends.
                .requestQueueSize(2 * Math.min(config.maxInFlight(), Integer.MAX_VALUE / 2))
                .sslOptions(ssl(config.tlsFiles()))
                .maintNotificationsConfig(MaintNotificationsConfig.disabled())
                .timeoutOptions(TimeoutOptions.enabled(config.commandTimeout()))
                .socketOptions(SocketOptions.builder()
                        .connectTimeout(config.connectTimeout())
                        .tcpNoDelay(true)
                        .keepAlive(SocketOptions.KeepAliveOptions.builder()
                                .enable()
                                .idle(KEEP_ALIVE_IDLE)
                                .interval(KEEP_ALIVE_INTERVAL)
                                .count(KEEP_ALIVE_COUNT)
                                .build())
                        .build());
        return builder;
    }

    private static SslOptions ssl(TlsFiles files) {
        SslOptions.Builder ssl = SslOptions.builder().jdkSslProvider();
        files.ca().ifPresent(ca -> ssl.trustManager(ca.toFile()));
        files.certificate()
                .ifPresent(certificate ->
                        files.key().ifPresent(key -> ssl.keyManager(certificate.toFile(), key.toFile(), null)));
        return ssl.build();
    }

    private static List<RedisURI> uris(RedisConfig config) {
        if (config.kind() == RedisConfig.Kind.SENTINEL) {
            RedisURI.Builder builder = RedisURI.builder().withSentinelMasterId(config.master());
            for (String address : config.addresses()) {
                builder.withSentinel(RedisURI.builder()
                        .withHost(RedisConfig.host(address))
                        .withPort(RedisConfig.port(address))
                        .withSsl(config.tls())
                        .withTimeout(config.connectTimeout())
                        .build());
            }
            return List.of(finish(builder, config));
        }
        return config.addresses().stream()
                .map(address -> finish(
                        RedisURI.builder().withHost(RedisConfig.host(address)).withPort(RedisConfig.port(address)),
                        config))
                .toList();
    }

    private static RedisURI finish(RedisURI.Builder builder, RedisConfig config) {
        builder.withSsl(config.tls()).withTimeout(config.connectTimeout());
        config.password().ifPresent(secret -> {
            if (config.username().isPresent()) {
                builder.withAuthentication(config.username().get(), secret);
            } else {
                builder.withPassword(secret.toCharArray());
            }
        });
        return builder.build();
    }
}
