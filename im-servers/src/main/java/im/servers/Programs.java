package im.servers;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of this machine. */
final class Programs {
    private static final int PATIENCE_SECONDS = 180;

    private Programs() {}

    /** Of these names the first that is on the PATH or in a folder where servers are kept. */
    static Optional<Path> find(String... names) {
        return Stream.of(names)
                .flatMap(name -> folders().map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static Stream<String> folders() {
        String path = System.getenv().getOrDefault("PATH", "");
        return Stream.concat(
                Stream.of(path.split(File.pathSeparator)).filter(folder -> !folder.isEmpty()),
                Stream.of("/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"));
    }

    /** Runs a command that has to succeed within a minute; what it said. */
    static String run(String... command) {
        return run(List.of(command));
    }

    static String run(List<String> command) {
        return run(command, PATIENCE_SECONDS);
    }

    static String run(List<String> command, int patienceSeconds) {
        try {
            Path said = Files.createTempFile("im-servers", ".out");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
                boolean ended = process.waitFor(patienceSeconds, TimeUnit.SECONDS);
                if (!ended) {
                    process.destroyForcibly();
                }
                String text = Files.readString(said, StandardCharsets.UTF_8);
                if (!ended || process.exitValue() != 0) {
                    throw new IOException(
                            (ended ? "exit code " + process.exitValue() : "no end") + ": " + text.strip());
                }
                return text;
            } finally {
                Files.deleteIfExists(said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(command.get(0) + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
