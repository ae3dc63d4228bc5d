package im.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import im.servers.ChildProcess.State;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChildProcessTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource(Lifetime.class)
    void aChildIsPausedGoesOnAndIsKilled(Lifetime lifetime) {
        ChildProcess child = start(lifetime, "sleep", "600");
        assertThat(child.state()).isEqualTo(State.RUNNING);
        child.pause();
        assertThat(child.state()).isEqualTo(State.PAUSED);
        child.resume();
        assertThat(child.state()).isEqualTo(State.RUNNING);
        child.pause();
        child.kill();
        assertThat(child.state()).isEqualTo(State.DEAD);
    }

    @Test
    void onceItIsPausedNoneOfItsThreadsRuns() throws Exception {
        ChildProcess child = start(Lifetime.THIS_JVM, javaCommand(Busy.class).toArray(String[]::new));
        await().until(() -> Files.readString(folder.resolve("log")).contains("up"));
        Path tasks = Path.of("/proc", Long.toString(child.pid()), "task");
        for (int i = 0; i < 50; i++) {
            child.pause();
            try (Stream<Path> threads = Files.list(tasks)) {
                assertThat(threads.map(ChildProcessTest::stateOf)).isNotEmpty().containsOnly("T");
            }
            child.resume();
        }
        child.kill();
    }

    private static String stateOf(Path thread) {
        try {
            String stat = Files.readString(thread.resolve("stat"));
            return stat.substring(stat.lastIndexOf(')') + 2).split(" ", 2)[0];
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> javaCommand(Class<?> main, String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return Stream.concat(
                        Stream.of(java, "-cp", System.getProperty("java.class.path"), main.getName()),
                        Stream.of(arguments))
                .toList();
    }

    @Test
    void thePidIsTheProgramsOwn() throws Exception {
        ChildProcess child = start(Lifetime.THIS_JVM, "sh", "-c", "echo $$; exec sleep 600");
        Path log = folder.resolve("log");
        await().until(() -> Files.readString(log).endsWith("\n"));
        assertThat(Files.readString(log).strip()).isEqualTo(Long.toString(child.pid()));
        child.kill();
    }

    @Test
    void aChildThatIgnoresSigtermIsKilledWhenPatienceIsOver() throws Exception {
        ChildProcess child = start(Lifetime.THIS_JVM, "sh", "-c", "trap '' TERM; echo up; while :; do sleep 1; done");
        await().until(() -> Files.readString(folder.resolve("log")).contains("up"));
        child.stop(Duration.ofMillis(50));
        assertThat(child.alive()).isFalse();
    }

    @Test
    void anotherProcessWithThePidIsNotTakenForTheChild() {
        ChildProcess child = start(Lifetime.THIS_JVM, "sleep", "600");
        ChildProcess earlier = new ChildProcess(child.pid(), child.started() - 60_000);
        assertThat(earlier.alive()).isFalse();
        earlier.kill();
        assertThat(child.alive()).isTrue();
        child.kill();
    }

    @Test
    void aProgramThatIsNotThereIsNamed() {
        ChildProcess child = start(Lifetime.THIS_JVM, "no-such-program-here");
        await().until(() -> !child.alive());
        assertThat(LogTail.of(folder.resolve("log"))).contains("no-such-program-here");
    }

    @Test
    void onAJvmsKillItsChildDiesAndOneOnItsOwnLives() throws Exception {
        Process jvm = new ProcessBuilder(javaCommand(Parent.class, folder.toString()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = jvm.inputReader(StandardCharsets.UTF_8)) {
            ChildProcess watched = child(out.readLine());
            ChildProcess own = child(out.readLine());
            assertThat(List.of(watched.alive(), own.alive())).containsExactly(true, true);
            jvm.destroyForcibly();
            await().until(() -> !watched.alive());
            assertThat(own.alive()).isTrue();
            own.kill();
        }
    }

    private static ChildProcess child(String line) {
        String[] words = line.split(" ");
        return new ChildProcess(Long.parseLong(words[0]), Long.parseLong(words[1]));
    }

    private ChildProcess start(Lifetime lifetime, String... command) {
        return start(folder, lifetime, command);
    }

    private static ChildProcess start(Path folder, Lifetime lifetime, String... command) {
        return ChildProcess.start(
                new Launch(List.of(command), folder, folder.resolve("log"), Map.of(), lifetime, Optional.empty()));
    }

    @Test
    void aCommandThatFailsTellsWhatItSaid() {
        assertThatThrownBy(() -> Programs.run("sh", "-c", "echo because; exit 3"))
                .hasMessageContaining("exit code 3")
                .hasMessageContaining("because");
    }

    /** A JVM with more threads at work than there are processors. */
    static final class Busy {
        public static void main(String[] arguments) {
            for (int i = 0; i < 2 * Runtime.getRuntime().availableProcessors(); i++) {
                new Thread(() -> {
                            while (true) {
                                Thread.onSpinWait();
                            }
                        })
                        .start();
            }
            System.out.println("up");
        }
    }

    /** A JVM with two children, which waits to be killed. */
    static final class Parent {
        public static void main(String[] arguments) throws Exception {
            for (Lifetime lifetime : Lifetime.values()) {
                ChildProcess child = start(Path.of(arguments[0]), lifetime, "sleep", "600");
                System.out.println(child.pid() + " " + child.started());
            }
            Thread.currentThread().join();
        }
    }
}
