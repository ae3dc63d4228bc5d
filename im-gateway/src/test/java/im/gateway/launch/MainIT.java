package im.gateway.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.auth.AuthKey;
import im.gateway.auth.Hs256TokenVerifier;
import im.gateway.auth.TokenRules;
import im.gateway.auth.TokenVerifier.Verdict;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command line in processes of its own: what scripts see. */
class MainIT {
    private static final String[] START = {"start", "--dev", "--http-port", "0", "--tcp-port", "0", "--admin-port", "0"
    };
    private static final int SIGKILLED = 128 + 9;

    private final List<Process> processes = new ArrayList<>();

    @TempDir
    Path folder;

    @AfterEach
    void killWhatIsLeft() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    @Test
    void aServerPrintsItsEndpointsThenReadyAndEndsWithZeroOnSigterm() throws Exception {
        Process server = run(List.of(), START);
        BufferedReader out = server.inputReader();
        String endpoints = out.readLine();
        assertThat(endpoints)
                .matches("http=http://127.0.0.1:\\d+ ws=ws://127.0.0.1:\\d+/v1/ws tcp=tcp://127.0.0.1:\\d+"
                        + " admin=http://127.0.0.1:\\d+");
        assertThat(out.readLine()).isEqualTo("ready");
        URI tcp = URI.create(endpoints.replaceAll(".* tcp=(\\S+) .*", "$1"));

        try (Socket silent = new Socket(tcp.getHost(), tcp.getPort())) {
            server.toHandle().destroy();

            assertThat(server.waitFor()).isEqualTo(ExitCode.DONE);
            assertThat(silent.getInputStream().readAllBytes()).hasSizeLessThan(64);
        }
        assertThat(out.readLine()).isNull();
        assertThat(errors(server)).contains(" started node=").contains(" stopped");
        assertThat(data().resolve("im.pid")).doesNotExist();
    }

    @Test
    void aSecondServerOfTheFolderIsRefusedAndAKilledOneIsFollowedOnTheSamePorts() throws Exception {
        Process first = run(List.of(), START);
        String endpoints = first.inputReader().readLine();
        assertThat(first.inputReader().readLine()).isEqualTo("ready");

        Process second = run(List.of(), START);
        assertThat(second.waitFor()).isEqualTo(ExitCode.CANNOT_START);
        assertThat(errors(second))
                .isEqualTo(
                        "im start: data folder " + data() + " is in use by the process with pid " + first.pid() + "\n");

        first.destroyForcibly();
        assertThat(first.waitFor()).isEqualTo(SIGKILLED);
        Process third = run(List.of(), START);
        assertThat(third.inputReader().readLine()).isEqualTo(endpoints);
        assertThat(third.inputReader().readLine()).isEqualTo("ready");
    }

    @Test
    void withoutAKeyOutsideDevModeTheServerSaysWhyItDoesNotStart() throws Exception {
        Process server = run(List.of(), "start");

        assertThat(server.waitFor()).isEqualTo(ExitCode.CANNOT_START);
        assertThat(errors(server))
                .startsWith("im start: auth.key-file is not set (default): expected ")
                .hasLineCount(1);
        assertThat(server.inputReader().readLine()).isNull();
    }

    @Test
    void aSeededBugIsRefusedOutsideDevModeAndToldLoudlyInIt() throws Exception {
        List<String> bug = List.of("-Dim.test.seeded-bug=commit-before-effect");
        Path key = Files.writeString(folder.resolve("a.key"), "k".repeat(32));

        Process strict = run(bug, "start", "--set", "auth.key-file=" + key);
        assertThat(strict.waitFor()).isEqualTo(ExitCode.CANNOT_START);
        assertThat(errors(strict)).contains("im.test.seeded-bug breaks the server on purpose; that needs --dev");

        Process unknown = run(List.of("-Dim.test.seeded-bug=no-such-bug"), START);
        assertThat(unknown.waitFor()).isEqualTo(ExitCode.CANNOT_START);
        assertThat(errors(unknown)).contains("im.test.seeded-bug names no seeded bug");

        Process dev = run(bug, START);
        assertThat(dev.inputReader().lines().limit(2)).contains("ready");
        dev.toHandle().destroy();
        assertThat(dev.waitFor()).isEqualTo(ExitCode.DONE);
        assertThat(errors(dev)).contains("WARN").contains("BROKEN ON PURPOSE").contains("commit-before-effect");
    }

    @ParameterizedTest
    @ValueSource(strings = {"im.test.push-loss=0.5", "im.test.block-loop=1500/500"})
    void everyOtherSeededFaultIsRefusedOutsideDevModeToo(String fault) throws Exception {
        Path key = Files.writeString(folder.resolve("a.key"), "k".repeat(32));

        Process strict = run(List.of("-D" + fault), "start", "--set", "auth.key-file=" + key);

        assertThat(strict.waitFor()).isEqualTo(ExitCode.CANNOT_START);
        assertThat(errors(strict))
                .isEqualTo("im start: " + fault.split("=")[0] + " breaks the server on purpose; that needs --dev\n");
    }

    @Test
    void aBlockedLoopIsReportedAndStopsNoServerFromStopping() throws Exception {
        Process wrong = run(List.of("-Dim.test.block-loop=long"), START);
        assertThat(wrong.waitFor()).isEqualTo(ExitCode.CANNOT_START);
        assertThat(errors(wrong)).contains("im.test.block-loop must be two numbers of milliseconds");

        Process dev = run(List.of("-Dim.test.block-loop=1700/300"), START);
        assertThat(dev.inputReader().lines().limit(2)).contains("ready");
        Path errors = errorFile(processes.indexOf(dev));
        await().atMost(Duration.ofMinutes(1))
                .until(() -> Files.readString(errors).contains("event loop turns again"));
        dev.toHandle().destroy();

        assertThat(dev.waitFor()).isEqualTo(ExitCode.DONE);
        assertThat(errors(dev)).contains("event loop is blocked").contains("LoopBlock.run");
    }

    @Test
    void wrongUsageExitsWithTwoAndSaysWhatIsExpected() throws Exception {
        for (String[] wrong : new String[][] {
            {},
            {"begin"},
            {"start", "--porrt", "1"},
            {"start", "--dev", "--http-port", "x"},
            {"start", "--dev", "--set", "node"},
            {"token"},
            {"token", "--uid", "a", "--ttl", "soon"},
            {"config", "--dev", "--set", "no.such=1"}
        }) {
            assertThat(exitCode(wrong)).as(String.join(" ", wrong)).isEqualTo(ExitCode.USAGE);
        }
    }

    @Test
    void aFolderIsCheckedOnceItsServerHasStopped() throws Exception {
        Process missing = run(List.of(), "check");
        assertThat(missing.waitFor()).isEqualTo(ExitCode.CANNOT_START);
        assertThat(errors(missing)).contains("no data folder").hasLineCount(1);
        Process server = run(List.of(), START);
        assertThat(server.inputReader().lines().limit(2)).contains("ready");

        Process early = run(List.of(), "check");
        assertThat(early.waitFor()).isEqualTo(ExitCode.CANNOT_START);
        assertThat(errors(early)).contains("in use");
        server.toHandle().destroy();
        assertThat(server.waitFor()).isEqualTo(ExitCode.DONE);

        Process check = run(List.of(), "check");
        assertThat(check.waitFor()).isEqualTo(ExitCode.DONE);
        assertThat(check.inputReader().lines())
                .startsWith("conversations 0, messages held 0, devices 0")
                .endsWith("sound");
    }

    @Test
    void tokensAreSignedWithTheNamedKeyOrTheOneOfTheDataFolder() throws Exception {
        assertThat(exitCode("token", "--uid", "alice")).isEqualTo(ExitCode.CANNOT_START);
        Files.createDirectories(data());
        AuthKey dev = AuthKey.readOrCreate(DataFolder.devKey(data()));
        Path file = Files.writeString(folder.resolve("a.key"), "k".repeat(32));

        assertThat(uidOf(token("--uid", "alice"), dev)).isEqualTo("alice");
        assertThat(uidOf(token("--uid", "bob", "--ttl", "5m", "--key", file.toString()), AuthKey.read(file)))
                .isEqualTo("bob");
    }

    @Test
    void theConfigurationIsPrintedAndJsonLogsAreObjects() throws Exception {
        Process config = run(List.of(), "config", "--dev", "--set", "logging.format=json");
        assertThat(config.waitFor()).isEqualTo(ExitCode.DONE);
        assertThat(config.inputReader().lines()).anyMatch(line -> line.matches("logging.format .* json +--set"));

        Process server = run(List.of(), arguments(START, "--set", "logging.format=json"));
        assertThat(server.inputReader().lines().limit(2)).contains("ready");
        server.toHandle().destroy();
        assertThat(server.waitFor()).isEqualTo(ExitCode.DONE);
        assertThat(errors(server).lines()).isNotEmpty().allMatch(line -> line.startsWith("{\"time\":"));
    }

    private int exitCode(String... arguments) throws Exception {
        return Main.run(arguments(arguments));
    }

    private String token(String... arguments) throws Exception {
        Process process = run(List.of(), arguments(new String[] {"token"}, arguments));
        assertThat(process.waitFor()).isEqualTo(ExitCode.DONE);
        return process.inputReader().readLine();
    }

    private static String uidOf(String token, AuthKey key) {
        TokenRules rules = new TokenRules(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO);
        Verdict verdict = new Hs256TokenVerifier(key, rules, Clock.systemUTC()).verify(token);
        return verdict instanceof Verdict.Valid valid ? valid.uid() : verdict.toString();
    }

    private Path data() {
        return folder.resolve("data");
    }

    private String[] arguments(String[] first, String... more) {
        List<String> all = new ArrayList<>(List.of(first));
        all.addAll(List.of(more));
        boolean command =
                !all.isEmpty() && List.of("start", "token", "config", "check").contains(all.get(0));
        if (command && !all.contains("--data")) {
            all.addAll(List.of("--data", data().toString()));
        }
        return all.toArray(String[]::new);
    }

    private Process run(List<String> jvm, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Stream.of(System.getProperty("im.test.jvm.flags", "").split(" "))
                .filter(flag -> !flag.isBlank())
                .forEach(command::add);
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dim.home=" + folder));
        command.addAll(jvm);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(arguments(arguments)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(errorFile(processes.size()).toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("IM_"));
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private Path errorFile(int index) {
        return folder.resolve("stderr-" + index);
    }

    private String errors(Process process) throws IOException, InterruptedException {
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return Files.readString(errorFile(processes.indexOf(process)), StandardCharsets.UTF_8);
    }
}
