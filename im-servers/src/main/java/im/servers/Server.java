package im.servers;

import im.servers.ChildProcess.State;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A server in a process of its own, with a folder for its data and its log, and a port on loopback that stays the same
 * however often it is started. What starts it waits until it answers, and fails with the end of its log when it ends
 * before that. One thread at a time, except {@link #kill}.
 */
public abstract class Server implements AutoCloseable {
    private static final Duration START = Duration.ofMinutes(3);
    private static final Duration STOP = Duration.ofSeconds(20);
    private static final int CONNECT_MILLIS = 500;
    private static final int HTTP_MILLIS = 2_000;
    private static final long LOOK_AGAIN_MILLIS = 10;

    private final String name;
    private final Path folder;
    private final int port;
    private final Lifetime lifetime;
    private final Path log;
    private volatile @Nullable ChildProcess process;

    /**
     * @param folder of this server alone; made when it is not there
     * @param options with a port that is not 0
     */
    protected Server(String name, Path folder, ServerOptions options) {
        this.name = name;
        this.folder = folder.toAbsolutePath();
        this.port = options.port();
        this.lifetime = options.lifetime();
        this.log = options.logs().orElse(folder).toAbsolutePath().resolve(name + ".log");
    }

    /** Program and arguments. */
    protected abstract List<String> command();

    /** Whether the server does its work; throws or says no while it does not. Called once its port takes connections. */
    protected abstract boolean answers() throws IOException;

    /** Writes what the program reads when it starts. */
    protected void prepare() throws IOException {}

    /** What differs from our own environment. */
    protected Map<String, String> environment() {
        return Map.of();
    }

    /** The container image that has the program, where the machine itself has it not. */
    protected Optional<String> image() {
        return Optional.empty();
    }

    /** A file that the process has to hold a shared lock on while it lives, if it outlives this JVM. */
    protected Optional<Path> held() {
        return Optional.empty();
    }

    /** How long it may take to answer. */
    protected Duration startTime() {
        return START;
    }

    /** Where stdout and stderr go. */
    public final Path log() {
        return log;
    }

    /** Starts it on the folder as it is, and waits until it answers. */
    public final void start() {
        launch();
        awaitReady();
    }

    /** Starts it and waits for nothing: {@link #awaitReady} does, so that several servers can start at once. */
    public final void launch() {
        if (alive()) {
            throw new IllegalStateException(name + " runs already, pid " + pid());
        }
        if (connects()) {
            throw new ServerFailure(name + " cannot start: another process listens on port " + port, tail());
        }
        try {
            Files.createDirectories(folder);
            Files.createDirectories(log.getParent());
            prepare();
        } catch (IOException e) {
            throw new UncheckedIOException(name + ": cannot write to " + folder, e);
        }
        Launch launch = new Launch(command(), folder, log, environment(), lifetime, held());
        process = image().map(image -> Containers.start(image, launch)).orElseGet(() -> ChildProcess.start(launch));
    }

    /** Kills it and throws with the end of its log when it ends, or takes too long. */
    public final void awaitReady() {
        long end = System.nanoTime() + startTime().toNanos();
        while (!reachable()) {
            if (!alive()) {
                throw new ServerFailure(name + " ended before it answered on port " + port, tail());
            }
            if (System.nanoTime() > end) {
                kill();
                throw new ServerFailure(name + " did not answer on port " + port + " within " + startTime(), tail());
            }
            Patience.pause(LOOK_AGAIN_MILLIS);
        }
    }

    /** Whether a GET of the path on its port is answered with 200 within two seconds. */
    protected final boolean answersOk(String path) throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://" + address() + path).toURL().openConnection();
        connection.setConnectTimeout(HTTP_MILLIS);
        connection.setReadTimeout(HTTP_MILLIS);
        try {
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } finally {
            connection.disconnect();
        }
    }

    private boolean reachable() {
        try {
            return connects() && answers();
        } catch (IOException e) {
            return false;
        }
    }

    private boolean connects() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(Address.LOOPBACK, port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public final String name() {
        return name;
    }

    public final Path folder() {
        return folder;
    }

    public final int port() {
        return port;
    }

    public final Address address() {
        return new Address(Address.LOOPBACK, port);
    }

    /** The process, if there was ever one. */
    public final Optional<ChildProcess> process() {
        return Optional.ofNullable(process);
    }

    /** Takes over a process that an earlier JVM started for this folder. */
    public final void adopt(ChildProcess started) {
        process = started;
    }

    public final long pid() {
        return process().map(ChildProcess::pid).orElseThrow(this::neverStarted);
    }

    public final State state() {
        return process().map(ChildProcess::state).orElse(State.DEAD);
    }

    /** Running or paused. */
    public final boolean alive() {
        return state() != State.DEAD;
    }

    /** SIGKILL; returns when it is gone. Nothing happens if it does not run. Any thread. */
    public final void kill() {
        process().ifPresent(ChildProcess::kill);
    }

    /** SIGTERM, and SIGKILL if that does not help; returns when it is gone. */
    public final void stop() {
        process().ifPresent(running -> running.stop(stopTime()));
    }

    /** How long it may take to end after SIGTERM. */
    protected Duration stopTime() {
        return STOP;
    }

    /** SIGSTOP: it holds its connections and answers nothing. */
    public final void pause() {
        process().orElseThrow(this::neverStarted).pause();
    }

    /** SIGCONT. */
    public final void resume() {
        process().orElseThrow(this::neverStarted).resume();
    }

    /** {@link #stop} if it runs, then {@link #start}: same port, same data. */
    public final void restart() {
        stop();
        start();
    }

    private IllegalStateException neverStarted() {
        return new IllegalStateException(name + " was never started");
    }

    /** The end of its log. */
    public final String tail() {
        return LogTail.of(log);
    }

    /** Kills it if it still runs; its folder stays. */
    @Override
    public final void close() {
        kill();
    }
}
