package im.testkit.browser;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** One browser process with a profile of its own; it reaches this machine and no other. */
public final class Chromium implements AutoCloseable {
    private static final List<String> NAMES = List.of("chromium", "chromium-browser", "google-chrome");
    private static final String LISTENING = "DevTools listening on ";
    private static final int START_SECONDS = 120;
    private static final int END_SECONDS = 20;
    private static final int LOG_LINES = 20;

    private final Process process;
    private final DevTools tools;

    private Chromium(Process process, DevTools tools) {
        this.process = process;
        this.tools = tools;
    }

    /** The first of the usual names on the path. */
    public static Optional<Path> find() {
        return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1))
                .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** @param profile a folder of this browser alone, which may not exist yet */
    public static Chromium launch(Path executable, Path profile) {
        try {
            ProcessBuilder builder = new ProcessBuilder(
                    executable.toString(),
                    "--headless=new",
                    // Tests run as root in containers, where its own sandbox does not start.
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--remote-debugging-port=0",
                    "--user-data-dir=" + profile,
                    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                    "--no-first-run",
                    "--disable-background-networking",
                    "--disable-component-update",
                    "--disable-sync",
                    "--disable-extensions",
                    // A page behind another one keeps its timers.
                    "--disable-renderer-backgrounding",
                    "--disable-background-timer-throttling",
                    "--disable-backgrounding-occluded-windows",
                    "about:blank");
            // Its socket lies beside its profile, so that nothing of it is left anywhere else.
            Files.createDirectories(profile);
            builder.environment().putAll(Map.of("TMPDIR", profile.toString(), "TZ", "UTC"));
            Process process =
                    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
            return connect(process);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Chromium connect(Process process) {
        CompletableFuture<URI> address = new CompletableFuture<>();
        Thread reader = new Thread(() -> readLog(process, address), "chromium-log");
        reader.setDaemon(true);
        reader.start();
        try {
            return new Chromium(process, DevTools.connect(address.get(START_SECONDS, TimeUnit.SECONDS)));
        } catch (ExecutionException | TimeoutException e) {
            kill(process);
            throw new IllegalStateException("the browser did not start", e);
        } catch (InterruptedException e) {
            kill(process);
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static void readLog(Process process, CompletableFuture<URI> address) {
        Deque<String> tail = new ArrayDeque<>();
        try (BufferedReader log = process.errorReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = log.readLine()) != null) {
                if (line.startsWith(LISTENING)) {
                    address.complete(URI.create(line.substring(LISTENING.length())));
                }
                tail.add(line);
                if (tail.size() > LOG_LINES) {
                    tail.remove();
                }
            }
        } catch (IOException e) {
            tail.add(e.toString());
        }
        address.completeExceptionally(new IOException("it ended: " + String.join("\n", tail)));
    }

    /** A browser of another person: its pages share their storage, and nothing with those of others. */
    public BrowserContext newContext() {
        return BrowserContext.open(tools);
    }

    /** Kills it and what it started. */
    @Override
    public void close() {
        tools.close();
        kill(process);
    }

    private static void kill(Process process) {
        List<ProcessHandle> below = process.descendants().toList();
        process.destroyForcibly();
        below.forEach(ProcessHandle::destroyForcibly);
        Stream.concat(Stream.of(process.toHandle()), below.stream()).forEach(Chromium::awaitEnd);
    }

    private static void awaitEnd(ProcessHandle handle) {
        try {
            var unused = handle.onExit().get(END_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("still runs: pid " + handle.pid(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
