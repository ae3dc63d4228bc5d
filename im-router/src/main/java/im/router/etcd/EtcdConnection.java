package im.router.etcd;

import im.router.TlsFiles;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.ClientBuilder;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way to etcd. Safe from any thread; only {@link #open} blocks. Every call ends within the configured time. The
 * library's channel waits longer and longer before it tries a server again that was away, up to minutes; so after
 * {@link #PATIENCE} without any answer the client is made anew, and all that hung on the old one has ended.
 */
public final class EtcdConnection implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdConnection.class);
    /** Held, or its level is forgotten: gRPC tells of how it was built, on stderr, at each start. */
    private static final java.util.logging.Logger GRPC = java.util.logging.Logger.getLogger("io.grpc");

    static {
        GRPC.setLevel(java.util.logging.Level.WARNING);
    }

    private static final Duration PATIENCE = Duration.ofMillis(1_500);
    /** Between two questions of a start. */
    private static final Duration PAUSE = Duration.ofMillis(200);
    /** On top of the deadline of a call, for what the library does around it. */
    private static final long SLACK_MILLIS = 500;

    private static final int CALLBACK_THREADS = 2;
    /** The keys of a lease, or the routes of many uids, in one answer. */
    private static final int MOST_BYTES = 32 * 1024 * 1024;

    private final EtcdConfig config;
    private final EtcdKeys keys;
    private final ExecutorService callbacks;
    private final Semaphore room;
    private final CircuitBreaker breaker;
    private final Object clientLock = new Object();
    private final AtomicInteger generation = new AtomicInteger();
    private final Set<Watch.Watcher> watchers = ConcurrentHashMap.newKeySet();
    /** For any one call; it is a start's until the first answer. */
    private volatile Duration timeout;

    private volatile Client client;
    private volatile long answeredNanos = System.nanoTime();
    private volatile long madeNanos = System.nanoTime();
    private volatile boolean closed;

    private EtcdConnection(EtcdConfig config) {
        this.config = config;
        this.timeout = config.startTimeout();
        this.keys = new EtcdKeys(config.prefix());
        this.room = new Semaphore(config.callsInFlight());
        this.breaker = CircuitBreaker.of("etcd", breakerConfig(config));
        AtomicInteger threads = new AtomicInteger();
        this.callbacks = Executors.newFixedThreadPool(CALLBACK_THREADS, task -> {
            Thread thread = new Thread(task, "im-etcd-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        this.client = newClient();
    }

    private static CircuitBreakerConfig breakerConfig(EtcdConfig config) {
        return CircuitBreakerConfig.custom()
                .slidingWindowSize(20)
                .minimumNumberOfCalls(10)
                .failureRateThreshold(50)
                .slowCallDurationThreshold(config.callTimeout())
                .waitDurationInOpenState(Duration.ofSeconds(1))
                .permittedNumberOfCallsInHalfOpenState(5)
                .build();
    }

    /**
     * Connects and asks for one key; blocks for at most twice the start timeout, since the first call of a process
     * that starts beside others takes seconds.
     *
     * @throws IOException telling the operator what is wrong: not reachable, or refused
     */
    public static EtcdConnection open(EtcdConfig config) throws IOException {
        config.tlsFiles().check("etcd.");
        EtcdConnection connection;
        try {
            connection = new EtcdConnection(config);
        } catch (UnusableTls e) {
            throw new IOException(e.getMessage(), e);
        }
        long deadline = System.nanoTime() + config.startTimeout().toNanos();
        while (true) {
            try {
                connection.await(client -> client.getKVClient()
                        .get(
                                EtcdKeys.bytes(config.prefix()),
                                GetOption.builder().withKeysOnly(true).build()));
                connection.timeout = config.callTimeout();
                return connection;
            } catch (EtcdUnavailable e) {
                if (e.failure() != Failure.UNREACHABLE || isAboutCertificates(e) || System.nanoTime() > deadline) {
                    connection.close();
                    throw new IOException(connection.startError(e), e);
                }
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /** Which no waiting mends. */
    private static boolean isAboutCertificates(EtcdUnavailable e) {
        return String.valueOf(e.getMessage()).contains("certif");
    }

    private String startError(EtcdUnavailable e) {
        String where = "etcd: " + config.endpoints();
        return switch (e.failure()) {
            case REFUSED ->
                where + (config.user() == null ? " refuses us without a user" : " refuses user " + config.user()) + ": "
                        + e.getMessage();
            case UNREACHABLE ->
                where + " cannot be reached: " + e.getMessage()
                        + (config.isTls() && isAboutCertificates(e)
                                ? " (TLS: etcd.ca-file must vouch for the server's certificate)"
                                : "");
            default -> where + " does not answer as etcd does: " + e.getMessage();
        };
    }

    private Client newClient() {
        var builder = Client.builder()
                .endpoints(config.endpoints())
                .executorService(callbacks)
                .connectTimeout(config.callTimeout())
                .keepaliveTime(Duration.ofSeconds(10))
                .keepaliveTimeout(config.callTimeout())
                .keepaliveWithoutCalls(false)
                .waitForReady(false)
                .maxInboundMessageSize(MOST_BYTES)
                // One more try at most, for a token of ours that the servers have forgotten.
                .retryMaxAttempts(1)
                .retryDelay(50)
                .retryMaxDelay(100)
                .interceptor(new Deadlines(() -> timeout));
        String user = config.user();
        String password = config.password();
        if (user != null && password != null) {
            builder.user(EtcdKeys.bytes(user)).password(EtcdKeys.bytes(password));
        }
        if (config.isTls()) {
            secure(builder);
        }
        return builder.build();
    }

    private void secure(ClientBuilder builder) {
        TlsFiles files = config.tlsFiles();
        try {
            builder.sslContext(ssl -> {
                files.ca().ifPresent(ca -> ssl.trustManager(ca.toFile()));
                files.certificate()
                        .ifPresent(certificate ->
                                files.key().ifPresent(key -> ssl.keyManager(certificate.toFile(), key.toFile())));
            });
        } catch (SSLException | IllegalArgumentException e) {
            throw new UnusableTls(files, e);
        }
    }

    /** A file that is not there, not whole, or not what it should be, as while it is being replaced. */
    private static final class UnusableTls extends RuntimeException {
        private static final long serialVersionUID = 1;

        UnusableTls(TlsFiles files, Exception cause) {
            super("etcd.ca-file, etcd.certificate-file, etcd.key-file: no TLS with " + files + ": " + cause, cause);
        }
    }

    EtcdKeys keys() {
        return keys;
    }

    Duration callTimeout() {
        return config.callTimeout();
    }

    /** Another number when the client is another one, and what hung on the old one has ended. */
    int generation() {
        return generation.get();
    }

    /**
     * Begins a watch, which whoever asked for it ends with {@link #unwatch}; it ends by itself with the client that it is
     * on, and in the other ways that the library has.
     */
    Watch.Watcher watch(ByteSequence key, WatchOption option, Watch.Listener listener) {
        Watch.Watcher watcher = client.getWatchClient().watch(key, option, listener);
        watchers.add(watcher);
        return watcher;
    }

    void unwatch(Watch.Watcher watcher) {
        watchers.remove(watcher);
        watcher.close();
    }

    /** Watches go before their client, or the library tries to mend them on threads that are gone. */
    private void retire(Client old) {
        watchers.forEach(this::unwatch);
        old.close();
    }

    /** Asks unless too much is under way already or the breaker is open. Fails with {@link EtcdUnavailable}. */
    <T> CompletionStage<T> call(Function<Client, CompletableFuture<T>> question) {
        if (!breaker.tryAcquirePermission()) {
            return CompletableFuture.failedStage(
                    new EtcdUnavailable(Failure.NOT_ASKED, "etcd does not answer; not asked"));
        }
        if (!room.tryAcquire()) {
            breaker.releasePermission();
            return CompletableFuture.failedStage(
                    new EtcdUnavailable(Failure.NOT_ASKED, config.callsInFlight() + " calls to etcd are in flight"));
        }
        long start = System.nanoTime();
        return ask(question).whenComplete((answer, failure) -> {
            room.release();
            long took = System.nanoTime() - start;
            if (failure != null && Failure.of(failure) == Failure.UNREACHABLE) {
                breaker.onError(took, TimeUnit.NANOSECONDS, failure);
            } else {
                breaker.onSuccess(took, TimeUnit.NANOSECONDS);
            }
        });
    }

    /**
     * For the registry's own thread, which asks one thing at a time and is what finds out that etcd is back: no bound,
     * no breaker. Blocks.
     *
     * @throws EtcdUnavailable when it was not answered
     */
    <T> T await(Function<Client, CompletableFuture<T>> question) {
        try {
            return ask(question).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof EtcdUnavailable known ? known : told(e);
        }
    }

    /** As {@link #await}, without waiting. */
    <T> CompletableFuture<T> ask(Function<Client, CompletableFuture<T>> question) {
        CompletableFuture<T> asked;
        try {
            asked = question.apply(client);
        } catch (RuntimeException e) {
            asked = CompletableFuture.failedFuture(e);
        }
        CompletableFuture<T> answer = new CompletableFuture<>();
        asked.orTimeout(timeout.toMillis() + SLACK_MILLIS, TimeUnit.MILLISECONDS)
                .whenComplete((value, failure) -> {
                    if (failure == null) {
                        answeredNanos = System.nanoTime();
                        answer.complete(value);
                    } else {
                        EtcdUnavailable told = told(failure);
                        try {
                            noteFailure(told);
                        } finally {
                            answer.completeExceptionally(told);
                        }
                    }
                });
        return answer;
    }

    private static EtcdUnavailable told(Throwable failure) {
        return new EtcdUnavailable(Failure.of(failure), Failure.text(failure));
    }

    private void noteFailure(EtcdUnavailable told) {
        if (told.failure() != Failure.UNREACHABLE) {
            answeredNanos = System.nanoTime();
        } else if (isTimeForAnotherClient()) {
            replaceClient();
        }
    }

    private boolean isTimeForAnotherClient() {
        long now = System.nanoTime();
        return now - answeredNanos > PATIENCE.toNanos() && now - madeNanos > PATIENCE.toNanos();
    }

    private void replaceClient() {
        Client old;
        synchronized (clientLock) {
            if (closed || !isTimeForAnotherClient()) {
                return;
            }
            madeNanos = System.nanoTime();
            old = client;
            try {
                client = newClient();
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("why", e.getMessage())
                        .log("etcd is silent, and another client cannot be made");
                return;
            }
            generation.incrementAndGet();
        }
        LOG.atDebug().addKeyValue("endpoints", config.endpoints()).log("etcd is silent; another client");
        retire(old);
    }

    @Override
    public void close() {
        synchronized (clientLock) {
            if (closed) {
                return;
            }
            closed = true;
        }
        retire(client);
        callbacks.shutdown();
    }

    /** The bytes of a record. */
    static ByteSequence value(com.google.protobuf.MessageLite record) {
        return ByteSequence.from(record.toByteString());
    }
}
