package im.testkit.server;

import static im.testkit.Patience.PATIENCE;

import im.servers.ChildProcess;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A real server in a process of its own. It can be killed, stopped, paused and started again on the same folder, where
 * it keeps its ports. Calls that wait have a bound and fail with the end of the server's log. One thread at a time,
 * except the urls and {@link #killNow}.
 */
public final class ServerProcess implements Deployment, AutoCloseable {
    private static final int LOG_LINES = 60;
    private static final Set<ProcessHandle> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(ServerProcess::killTree), "kill-servers"));
    }

    private volatile ServerSpec spec;
    private final Tokens tokens;
    private volatile @Nullable Process process;
    private volatile Map<String, URI> urls = Map.of();

    private ServerProcess(ServerSpec spec, Tokens tokens) {
        this.spec = spec;
        this.tokens = tokens;
    }

    /** Starts a server and waits until it is ready. */
    public static ServerProcess start(ServerSpec spec) {
        ServerProcess server = prepare(spec);
        server.start();
        return server;
    }

    /** Makes the folder and the key, and starts nothing yet. */
    public static ServerProcess prepare(ServerSpec spec) {
        try {
            Files.createDirectories(spec.folder());
            if (!Files.exists(spec.key())) {
                byte[] bytes = new byte[32];
                new SecureRandom().nextBytes(bytes);
                Files.writeString(spec.key(), HexFormat.of().formatHex(bytes));
            }
            return new ServerProcess(spec, new Tokens(Files.readAllBytes(spec.key())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the next start is told; the folder has to stay. */
    public void change(UnaryOperator<ServerSpec> change) {
        ServerSpec changed = change.apply(spec);
        if (!changed.folder().equals(spec.folder())) {
            throw new IllegalArgumentException("another folder: " + changed.folder());
        }
        spec = changed;
    }

    /** Starts it, on the folder as it is, and waits until it is ready. */
    @Override
    public void start() {
        if (running()) {
            throw new IllegalStateException("runs already, pid " + pid());
        }
        try {
            Process started = new ProcessBuilder(spec.command())
                    .redirectError(ProcessBuilder.Redirect.appendTo(spec.log().toFile()))
                    .start();
            RUNNING.add(started.toHandle());
            started.onExit().thenRun(() -> RUNNING.remove(started.toHandle()));
            process = started;
            awaitReady(started);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitReady(Process started) {
        CountDownLatch ended = new CountDownLatch(1);
        AtomicReference<String> ready = new AtomicReference<>("");
        Thread reader = new Thread(() -> readOutput(started, ready, ended), "server-stdout");
        reader.setDaemon(true);
        reader.start();
        await(ended, PATIENCE);
        if (!"ready".equals(ready.get())) {
            killTree(started.toHandle());
            throw new IllegalStateException("server did not get ready" + logTail());
        }
    }

    /** Reads until {@code ready}, opens the latch then or at the end, and drains what follows. */
    private void readOutput(Process started, AtomicReference<String> ready, CountDownLatch ended) {
        try (BufferedReader out = started.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = out.readLine()) != null) {
                if (line.startsWith("http=")) {
                    urls = parse(line);
                } else if (line.equals("ready")) {
                    ready.set(line);
                    ended.countDown();
                }
            }
        } catch (IOException e) {
            ready.compareAndSet("", e.toString());
        } finally {
            ended.countDown();
        }
    }

    private static Map<String, URI> parse(String line) {
        Map<String, URI> urls = new HashMap<>();
        for (String word : line.trim().split(" +")) {
            int equals = word.indexOf('=');
            urls.put(word.substring(0, equals), URI.create(word.substring(equals + 1)));
        }
        return Map.copyOf(urls);
    }

    private static void await(CountDownLatch latch, Duration atMost) {
        try {
            boolean unused = latch.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public Tokens tokens() {
        return tokens;
    }

    public URI http() {
        return url("http");
    }

    @Override
    public URI ws() {
        return url("ws");
    }

    @Override
    public URI tcp() {
        return url("tcp");
    }

    @Override
    public List<Entrance> entrances() {
        return List.of(new Entrance(ws(), tcp()));
    }

    public URI admin() {
        return url("admin");
    }

    @Override
    public URI api() {
        return url("api");
    }

    /** What it says of itself; each call keeps a connection of its own. */
    public AdminPages adminPages() {
        return new AdminPages(admin());
    }

    private URI url(String name) {
        URI url = urls.get(name);
        if (url == null) {
            throw new IllegalStateException("the server did not say its " + name + " address" + logTail());
        }
        return url;
    }

    /** Host and port of one of the urls. */
    public static InetSocketAddress address(URI url) {
        return new InetSocketAddress(url.getHost(), url.getPort());
    }

    @Override
    public boolean running() {
        return process != null && process.isAlive();
    }

    /** Of the server itself, not of a wrapper around it. */
    public long pid() {
        return server().pid();
    }

    private ProcessHandle server() {
        Process started = process;
        if (started == null) {
            throw new IllegalStateException("never started");
        }
        // Behind a wrapper it is a child, unless the wrapper became it.
        return started.descendants()
                .filter(child -> child.info().command().orElse("").endsWith("java"))
                .findFirst()
                .orElse(started.toHandle());
    }

    /** SIGKILL; returns at once. Any thread. */
    @Override
    public void killNow() {
        if (running()) {
            server().destroyForcibly();
        }
    }

    /** SIGKILL; returns when it is gone. */
    @Override
    public void kill9() {
        killNow();
        waitForExit(PATIENCE);
    }

    /** SIGTERM; returns the exit code once it is gone. */
    public int terminate() {
        server().destroy();
        return waitForExit(PATIENCE);
    }

    /** {@link #kill9}, then {@link #start()}. */
    public void killAndRestart() {
        kill9();
        start();
    }

    /** SIGSTOP; returns when it stands. */
    @Override
    public void pause() {
        ChildProcess.running(pid()).pause();
    }

    /** SIGCONT; returns when it goes on. */
    @Override
    public void resume() {
        ChildProcess.running(pid()).resume();
    }

    /** Waits for it to end by itself; its exit code. */
    public int waitForExit(Duration atMost) {
        Process started = process;
        if (started == null) {
            throw new IllegalStateException("never started");
        }
        try {
            if (!started.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("still runs after " + atMost + logTail());
            }
            return started.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** The end of what it wrote to stderr, for a failure's message. */
    @Override
    public String logTail() {
        Path log = spec.log();
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            int from = Math.max(0, lines.size() - LOG_LINES);
            return "\n---- end of " + log + "\n" + String.join("\n", lines.subList(from, lines.size()));
        } catch (IOException e) {
            return "\n---- " + log + " cannot be read: " + e;
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        Process started = process;
        if (started != null) {
            killTree(started.toHandle());
            waitForExit(PATIENCE);
        }
    }

    private static void killTree(ProcessHandle top) {
        List<ProcessHandle> below = top.descendants().toList();
        below.forEach(ProcessHandle::destroyForcibly);
        top.destroyForcibly();
    }
}
