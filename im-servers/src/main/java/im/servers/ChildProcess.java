package im.servers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process that we started, in this JVM or in an earlier one. Signals go to the process itself. Any thread.
 *
 * @param started epoch milliseconds, so that another process which got the same pid later is not taken for it
 */
public record ChildProcess(long pid, long started) {
    private static final Duration GONE = Duration.ofSeconds(30);
    private static final long LOOK_AGAIN_MILLIS = 5;
    /** A process says when it was started in ticks of 10 ms. */
    private static final long TICK_MILLIS = 20;

    /** What a process is doing. */
    public enum State {
        RUNNING,
        PAUSED,
        DEAD
    }

    static ChildProcess start(Launch launch) {
        try {
            Files.createDirectories(launch.folder());
            ProcessBuilder builder = new ProcessBuilder(launch.shellCommand())
                    .directory(launch.folder().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(Redirect.appendTo(launch.log().toFile()));
            builder.environment().putAll(launch.environment());
            Process process = builder.start();
            if (launch.lifetime() == Lifetime.ON_ITS_OWN) {
                process.getOutputStream().close();
            } else {
                Watched.keep(process);
            }
            return new ChildProcess(process.pid(), startOf(process.toHandle()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + launch.command().get(0) + ": " + e.getMessage(), e);
        }
    }

    /** One that runs already; one that has ended since is dead. */
    public static ChildProcess running(long pid) {
        return new ChildProcess(
                pid, ProcessHandle.of(pid).map(ChildProcess::startOf).orElse(0L));
    }

    private static long startOf(ProcessHandle handle) {
        return handle.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
    }

    public State state() {
        Optional<ProcessHandle> handle = handle();
        if (handle.isEmpty()) {
            return State.DEAD;
        }
        return switch (letter(proc())) {
            // The first thread can be a zombie while others still hold the sockets.
            case 'Z', 'X' -> threads().size() > 1 ? State.RUNNING : State.DEAD;
            // Each thread stops by itself, when it next would go back from the kernel.
            case 'T', 't' -> threads().stream().allMatch(ChildProcess::isStill) ? State.PAUSED : State.RUNNING;
            default -> State.RUNNING;
        };
    }

    private static boolean isStill(char letter) {
        return switch (letter) {
            case 'T', 't', 'Z', 'X' -> true;
            default -> false;
        };
    }

    /** Running or paused. */
    public boolean alive() {
        return state() != State.DEAD;
    }

    private Optional<ProcessHandle> handle() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> Math.abs(startOf(handle) - started) <= TICK_MILLIS);
    }

    private Path proc() {
        return Path.of("/proc", Long.toString(pid));
    }

    /**
     * The kernel's state of a process or thread; a dead one that nobody has waited for is a zombie, which a handle takes for
     * alive.
     */
    private static char letter(Path task) {
        try {
            String text = Files.readString(task.resolve("stat"));
            return text.charAt(text.lastIndexOf(')') + 2);
        } catch (IOException e) {
            return Files.isDirectory(Path.of("/proc/self")) ? 'X' : '?';
        }
    }

    /** The state of each. */
    private List<Character> threads() {
        try (Stream<Path> tasks = Files.list(proc().resolve("task"))) {
            return tasks.map(ChildProcess::letter).toList();
        } catch (IOException | UncheckedIOException e) {
            return List.of();
        }
    }

    /** SIGKILL, paused or not; returns when it is gone. */
    public void kill() {
        signal("KILL");
        if (!awaitEnd(GONE)) {
            throw new IllegalStateException("pid " + pid + " outlives SIGKILL");
        }
    }

    /** SIGTERM; SIGKILL if it is still there after that time. Returns when it is gone. */
    public void stop(Duration patience) {
        signal("CONT");
        signal("TERM");
        if (!awaitEnd(patience)) {
            kill();
        }
    }

    /** SIGSTOP; returns when it stands. */
    public void pause() {
        signal("STOP");
        awaitState(State.PAUSED);
    }

    /** SIGCONT; returns when it goes on. */
    public void resume() {
        signal("CONT");
        awaitState(State.RUNNING);
    }

    private void awaitState(State wanted) {
        long end = System.nanoTime() + GONE.toNanos();
        while (state() != wanted) {
            if (state() == State.DEAD || System.nanoTime() > end) {
                throw new IllegalStateException("pid " + pid + " is " + state() + " and not " + wanted);
            }
            Patience.pause(LOOK_AGAIN_MILLIS);
        }
    }

    private boolean awaitEnd(Duration atMost) {
        long end = System.nanoTime() + atMost.toNanos();
        while (alive()) {
            if (System.nanoTime() > end) {
                return false;
            }
            Patience.pause(LOOK_AGAIN_MILLIS);
        }
        return true;
    }

    private void signal(String name) {
        if (!alive()) {
            return;
        }
        try {
            Programs.run("kill", "-" + name, Long.toString(pid));
        } catch (UncheckedIOException e) {
            if (alive()) {
                throw e;
            }
        }
    }
}
