package im.it;

import static im.testkit.Patience.PATIENCE;

import im.testkit.server.JavaRun;
import im.testkit.server.JavaRun.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The simulator's commands as processes, against one server's folder. */
final class Commands {
    private final Path folder;

    private final List<String> prefix;

    /**
     * @param folder the server's, with its key and its data
     * @param prefix a command that runs the command behind it, as nsenter does
     */
    Commands(Path folder, String... prefix) {
        this.folder = folder;
        this.prefix = List.of(prefix);
    }

    /** One that runs. */
    static final class Running {
        private final Process process;
        private final Path out;
        private final Path err;

        private Running(Process process, Path out, Path err) {
            this.process = process;
            this.out = out;
            this.err = err;
        }

        String err() throws IOException {
            return Files.readString(err);
        }

        String out() throws IOException {
            return Files.readString(out);
        }

        /** As Ctrl-C does. */
        void interrupt() throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }

        Ended await() throws IOException, InterruptedException {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still running: " + err());
            }
            return new Ended(process.exitValue(), out(), err());
        }
    }

    Ended run(String... arguments) throws IOException, InterruptedException {
        return start(arguments).await();
    }

    /** Starts one with the server's key; without {@code --url} it finds the server by its folder. */
    Running start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(JavaRun.command(List.of("-Xmx512m"), "im.simulator.Main"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--key", folder.resolve("token.key").toString()));
        Path out = Files.createTempFile(folder, "command", ".out");
        Path err = Files.createTempFile(folder, "command", ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().put("IM_DATA", folder.resolve("data").toString());
        // No locale, as in a bare container: texts must survive that.
        builder.environment().keySet().removeIf(name -> name.equals("LANG") || name.startsWith("LC_"));
        return new Running(builder.start(), out, err);
    }
}
