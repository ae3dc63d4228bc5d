package im.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The broker's class path, which the build lists in a file and {@code im.kafka.classpath} names. */
final class KafkaJars {
    private static final String PROPERTY = "im.kafka.classpath";

    private static final String IN_USE = "im.run.in-use";

    private KafkaJars() {}

    static Availability available() {
        String file = System.getProperty(PROPERTY);
        if (file == null) {
            return Availability.missing("no Kafka: " + PROPERTY + " is not set, as the build and scripts/im do");
        }
        return Files.isReadable(Path.of(file))
                ? Availability.HERE
                : Availability.missing("no Kafka: " + file + " is missing, which the module im-servers/kafka writes");
    }

    /** What says that these jars are in use; the launcher's, which later builds would throw away. */
    static Optional<Path> held() {
        return Optional.ofNullable(System.getProperty(IN_USE)).map(Path::of);
    }

    static String classPath() {
        Availability availability = available();
        if (!availability.here()) {
            throw new IllegalStateException(availability.why());
        }
        try {
            return Files.readString(Path.of(System.getProperty(PROPERTY))).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
