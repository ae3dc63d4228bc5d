package im.it;

import static im.testkit.Patience.PATIENCE;

import im.testkit.server.JavaRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A gateway, relay or router that is started as an operator does, and has to end by itself.
 *
 * @param role the command
 * @param settings of it
 * @param environment of the process, for what does not belong on a command line
 */
record NodeStart(String role, Map<String, String> settings, Map<String, String> environment) {
    /** Also where it waits out its own patience, and does so twice. */
    private static final Duration MOST = PATIENCE.multipliedBy(5);

    static NodeStart of(String role, Map<String, String> settings) {
        return new NodeStart(role, settings, Map.of());
    }

    NodeStart with(String key, String value) {
        Map<String, String> more = new LinkedHashMap<>(settings);
        more.put(key, value);
        return new NodeStart(role, more, environment);
    }

    NodeStart withEnvironment(Map<String, String> more) {
        return new NodeStart(role, settings, more);
    }

    /**
     * Its code is -1 when it was still running and was killed.
     *
     * @param folder for what it writes
     */
    JavaRun.Ended run(Path folder) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, role, ".out");
        Path err = Files.createTempFile(folder, role, ".err");
        ProcessBuilder builder =
                new ProcessBuilder(command(folder)).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("IM_"));
        builder.environment().putAll(environment);
        Process process = builder.start();
        boolean ended = process.waitFor(MOST.toSeconds(), TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        return new JavaRun.Ended(ended ? process.exitValue() : -1, Files.readString(out), Files.readString(err));
    }

    private List<String> command(Path folder) throws IOException {
        List<String> command = JavaRun.command(List.of("-Xmx256m"), "im.gateway.launch.Main");
        command.addAll(List.of(
                role, "--dev", "--data", Files.createTempDirectory(folder, role).toString()));
        settings.forEach((key, value) -> command.addAll(List.of("--set", key + "=" + value)));
        return command;
    }
}
