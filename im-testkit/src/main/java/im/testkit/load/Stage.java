package im.testkit.load;

import static im.testkit.Patience.PATIENCE;

import im.client.ImClientResources;
import im.client.SendOutcome;
import im.client.WireFormat;
import im.testkit.checker.ContractChecker;
import im.testkit.checker.Verdict;
import im.testkit.client.RecordingClient;
import im.testkit.history.DeviceRun;
import im.testkit.history.Event.Refused;
import im.testkit.history.History;
import im.testkit.history.HistoryFile;
import im.testkit.history.Start;
import im.testkit.net.TcpProxy;
import im.testkit.server.Deployment;
import im.testkit.server.Entrance;
import im.testkit.server.ServerProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** One server or cluster, the apps that use it, and the history of what they saw. Driven by one thread. */
public final class Stage implements AutoCloseable {
    private static final Duration FIRST_POLL = Duration.ofMillis(10);
    private static final Duration LAST_POLL = Duration.ofMillis(200);
    private static final String SEED = "im.test.seed";
    private static final AtomicInteger STAGES = new AtomicInteger();

    private final int number = STAGES.incrementAndGet();

    private final Deployment server;
    private final boolean webSocket;
    private WireFormat wire = WireFormat.PROTO;
    private boolean polls;
    private boolean takesGroups;
    private final List<String> groups = new ArrayList<>();
    private final long seed;
    private final Random random;
    private final History history = new History();
    private final ImClientResources resources = ImClientResources.create(2);
    private final List<App> apps = new ArrayList<>();

    /**
     * @param server running; closed by whoever started it
     * @param webSocket whether the apps use WebSocket or TCP
     */
    public Stage(Deployment server, boolean webSocket, long seed) {
        this.server = server;
        this.webSocket = webSocket;
        this.seed = seed;
        this.random = new Random(seed);
        System.out.println(SEED + "=" + seed);
    }

    /** How the apps that are opened from now on write their frames. */
    public Stage speaking(WireFormat format) {
        wire = format;
        return this;
    }

    /** The apps that are opened from now on poll. */
    public Stage polling() {
        polls = true;
        return this;
    }

    /** The apps that are opened from now on take part in groups. */
    public Stage withGroups() {
        takesGroups = true;
        return this;
    }

    /** So many new groups of these, who are live; {@link Traffic} that begins later writes into them. */
    public void groups(int count, List<App> members) {
        for (int i = 0; i < count; i++) {
            group("group" + i, members);
        }
    }

    private void group(String name, List<App> members) {
        List<String> others = members.stream().skip(1).map(App::uid).distinct().toList();
        String group = uid(name);
        SendOutcome created =
                members.get(0).client().sdk().groups().create(group, others, "").join();
        if (!(created instanceof SendOutcome.Accepted)) {
            throw new IllegalStateException("group " + group + ": " + created);
        }
        groups.add(group);
    }

    List<String> groups() {
        return groups;
    }

    /** The seed of {@code -Dim.test.seed}, or a new one. */
    public static long chooseSeed() {
        return Long.getLong(SEED, System.nanoTime() & 0xffff_ffffL);
    }

    public Deployment server() {
        return server;
    }

    public Random random() {
        return random;
    }

    public long seed() {
        return seed;
    }

    public History history() {
        return history;
    }

    public List<App> apps() {
        return apps;
    }

    /** A uid that no other stage on this server has. */
    public String uid(String name) {
        return name + "-" + number;
    }

    /** A new app on a new device. */
    public App app(String uid, String device, Start start) {
        try {
            int entrance = apps.size();
            TcpProxy proxy = TcpProxy.to(() -> ServerProcess.address(polls ? pollsAt(entrance) : endpoint()));
            App app = new App(this, uid, device, start, proxy);
            apps.add(app);
            return app;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whoever polls comes back to the gateway that knows the session. */
    private URI pollsAt(int entrance) {
        List<Entrance> entrances = server.entrances();
        return polls(entrances.get(entrance % entrances.size()).ws());
    }

    private URI endpoint() {
        return polls ? pollsAt(0) : webSocket ? server.ws() : server.tcp();
    }

    /** Long polling at the place of a WebSocket. */
    public static URI polls(URI ws) {
        return URI.create("http://" + ws.getRawAuthority() + "/v1/poll");
    }

    RecordingClient open(DeviceRun run, Start start, TcpProxy proxy) {
        URI direct = endpoint();
        URI through = URI.create(direct.getScheme() + "://127.0.0.1:" + proxy.port() + direct.getRawPath());
        return RecordingClient.open(
                history,
                new RecordingClient.Profile(
                        run,
                        start,
                        through,
                        wire,
                        server.tokens().of(run.uid()),
                        resources,
                        takesGroups,
                        random.nextLong()));
    }

    /** Waits until these apps are connected and caught up. */
    public void awaitLive(List<App> wanted) {
        if (!comesTrue(() -> wanted.stream().allMatch(app -> app.client().live()))) {
            throw new IllegalStateException(whoIsNot(wanted));
        }
    }

    private String whoIsNot(List<App> wanted) {
        StringBuilder text = new StringBuilder("not live after " + PATIENCE + ":");
        for (App app : wanted) {
            if (!app.client().live()) {
                text.append("\n    ")
                        .append(app.client().run())
                        .append(' ')
                        .append(app.client().sdk().state());
                history.events().stream()
                        .filter(event -> event instanceof Refused
                                && event.by().equals(app.client().run()))
                        .reduce((earlier, later) -> later)
                        .ifPresent(event -> text.append(' ').append(HistoryFile.line(event)));
            }
        }
        return text + server.logTail();
    }

    /** {@link #settle(Duration)} of what comes to be clean. */
    public Verdict settle() {
        return settle(PATIENCE);
    }

    /**
     * Ends all faults, starts the server if it is down, connects every app, waits for all outcomes and then until the
     * history is clean and nothing more arrives, or the patience is over.
     */
    public Verdict settle(Duration patience) {
        if (!server.running()) {
            server.start();
        }
        for (App app : apps) {
            app.proxy().calm();
            app.connect();
        }
        awaitLive(apps);
        // A send that never gets its outcome is the checker's to judge.
        boolean unused =
                comesTrue(() -> apps.stream().allMatch(app -> app.client().unsettled() == 0));
        return quiet(patience);
    }

    private Verdict quiet(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        int seen = -1;
        while (true) {
            int now = history.size();
            boolean isOver = System.nanoTime() > deadline;
            if (now == seen || isOver) {
                Verdict verdict = ContractChecker.check(history);
                if (verdict.clean() || isOver) {
                    return verdict;
                }
            }
            seen = now;
            LockSupport.parkNanos(LAST_POLL.toNanos());
        }
    }

    /** Writes the history where a build keeps its output; returns the file. */
    public Path dump(String name) {
        Path file = Path.of("target", "histories", name + "-" + seed + ".jsonl");
        try {
            HistoryFile.write(file, history.events());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file.toAbsolutePath();
    }

    /** Lets real time pass, up to so many milliseconds, by the seed. */
    public void pause(int upToMillis) {
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(upToMillis * 1000 + 1)));
    }

    /** Lets so much real time pass: how long a fault lasts. Nothing may depend on what happens meanwhile. */
    public static void let(Duration pass) {
        long end = System.nanoTime() + pass.toNanos();
        long left;
        while ((left = end - System.nanoTime()) > 0) {
            LockSupport.parkNanos(left);
        }
    }

    static void await(CompletableFuture<Void> future, String what) {
        try {
            future.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(what + " not done within " + PATIENCE, e);
        }
    }

    /** Polls until it holds, more and more seldom; {@link IllegalStateException} when it does not in time. */
    public static void await(BooleanSupplier holds, String what) {
        if (!comesTrue(holds)) {
            throw new IllegalStateException(what + ": not within " + PATIENCE);
        }
    }

    private static boolean comesTrue(BooleanSupplier holds) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long pause = FIRST_POLL.toNanos();
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(2 * pause, LAST_POLL.toNanos());
        }
        return true;
    }

    @Override
    public void close() {
        apps.forEach(App::close);
        resources.close();
    }
}
