package im.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One Redis, one etcd and one Kafka for all tests of this JVM, started when first asked for, or those that the
 * environment names ({@code IM_REDIS}, {@code IM_ETCD}, {@code IM_KAFKA}). Use prefixes, topics and uids that no other
 * test has, and a server of one's own to kill. Any thread.
 */
public final class Servers {
    private static final Shared REDIS = new Shared("redis", RedisServer.external(), RedisServer::start);
    private static final Shared ETCD = new Shared("etcd", EtcdServer.external(), EtcdServer::start);
    private static final Shared KAFKA = new Shared("kafka", KafkaServer.external(), KafkaServer::start);

    private Servers() {}

    public static Address redis() {
        return REDIS.address();
    }

    public static Address etcd() {
        return ETCD.address();
    }

    public static Address kafka() {
        return KAFKA.address();
    }

    /** A folder that goes with this JVM, and with the servers that it started. */
    public static Path temporaryFolder(String name) {
        try {
            Path folder = Files.createTempDirectory("im-" + name + "-");
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> {
                                Watched.killAll();
                                deleteIfPossible(folder);
                            },
                            "delete-" + name));
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What cannot be deleted stays: the machine's own cleaning takes it. */
    private static void deleteIfPossible(Path folder) {
        try {
            delete(folder);
        } catch (UncheckedIOException e) {
            System.err.println(e.getMessage());
        }
    }

    /**
     * A folder with all that is in it.
     *
     * @throws UncheckedIOException naming what cannot be deleted; the rest is gone
     */
    public static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            List<Path> left = files.sorted(Comparator.reverseOrder())
                    .filter(file -> !file.toFile().delete() && !Files.notExists(file))
                    .toList();
            if (!left.isEmpty()) {
                throw new IOException("these stay: " + left);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder + ": " + e.getMessage(), e);
        }
    }

    private static final class Shared {
        private final String name;
        private final Optional<Address> external;
        private final BiFunction<Path, ServerOptions, ? extends Server> start;
        private @Nullable Server server;

        Shared(String name, Optional<Address> external, BiFunction<Path, ServerOptions, ? extends Server> start) {
            this.name = name;
            this.external = external;
            this.start = start;
        }

        synchronized Address address() {
            if (external.isPresent()) {
                return external.get();
            }
            if (server == null) {
                server = start.apply(temporaryFolder(name), ServerOptions.defaults());
            }
            return server.address();
        }
    }
}
