package im.router.redis;

import im.router.redis.RedisFailure.Reason;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Calls to one Redis: a server, what Sentinels look after, or a cluster. Safe from any thread; no call blocks. Every
 * stage completes, with a {@link Reply} or a {@link RedisFailure}, within two command timeouts, on a thread of Lettuce's
 * or before the call returns; whoever continues there must not block. Calls go out over one connection (one per node of
 * a cluster) in the order in which they were made, but one whose script the server did not know goes out again, behind
 * later ones: await one before the next where their order matters.
 */
public final class Redis implements AutoCloseable {
    /** For the breaker only, which asks for a reason and does nothing with it. */
    private static final RedisFailure UNANSWERED = new RedisFailure(Reason.UNAVAILABLE, "most calls of a batch");

    private final RedisConfig config;
    private final RedisConnection connection;
    private final CircuitBreaker breaker;
    private final RedisMeters meters;
    private final AtomicInteger inFlight = new AtomicInteger();
    private volatile boolean closed;

    private Redis(RedisConfig config, RedisConnection connection, MeterRegistry registry) {
        this.config = config;
        this.connection = connection;
        this.breaker = Breakers.of(config.breaker());
        this.meters = new RedisMeters(registry, inFlight, breaker);
    }

    /**
     * Connects and checks that the server may be used. Blocks for about two start timeouts at most, of a
     * cluster for one more for each of its nodes; for the start only.
     *
     * @throws RedisStartException when it is not there, does not let us in, or must not be used
     */
    public static Redis connect(RedisConfig config, MeterRegistry registry) throws RedisStartException {
        return connect(config, registry, Clock.systemUTC());
    }

    static Redis connect(RedisConfig config, MeterRegistry registry, Clock clock) throws RedisStartException {
        RedisConnection connection = RedisConnection.open(config);
        try {
            new StartCheck(config, connection, clock).run();
        } catch (RedisStartException | RuntimeException e) {
            connection.close();
            throw e;
        }
        return new Redis(config, connection, registry);
    }

    /** One call of a script, or of a command with one key. Its arrays belong to the call from now on. */
    public static final class Call {
        private final @Nullable Script script;
        private final CommandType type;
        private final byte[][] keys;
        private final byte[][] args;

        private Call(@Nullable Script script, CommandType type, byte[][] keys, byte[][] args) {
            this.script = script;
            this.type = type;
            this.keys = keys;
            this.args = args;
        }

        /** @param keys at least one, all with the same hash tag */
        public static Call of(Script script, byte[][] keys, byte[]... args) {
            return new Call(script, CommandType.EVALSHA, keys, args);
        }

        /** @param command as Redis calls it, such as {@code HGETALL}; one whose first argument is its only key */
        public static Call of(String command, byte[] key, byte[]... args) {
            return new Call(null, CommandType.valueOf(command), new byte[][] {key}, args);
        }

        String name() {
            return script == null ? type.name() : script.name();
        }

        private Command<byte[], byte[], @Nullable Object> command(boolean withText) {
            CommandArgs<byte[], byte[]> all = new CommandArgs<>(ByteArrayCodec.INSTANCE);
            if (script == null) {
                all.addKey(keys[0]);
            } else {
                if (withText) {
                    all.add(script.text());
                } else {
                    all.add(script.sha());
                }
                all.add(keys.length).addKeys(keys);
            }
            for (byte[] arg : args) {
                all.add(arg);
            }
            return new Command<>(withText ? CommandType.EVAL : type, new ReplyOutput(ByteArrayCodec.INSTANCE), all);
        }
    }

    public CompletionStage<Reply> run(Script script, byte[][] keys, byte[]... args) {
        return call(Call.of(script, keys, args));
    }

    public CompletionStage<Reply> call(Call call) {
        RedisFailure refusal = admit(1);
        if (refusal != null) {
            return CompletableFuture.failedStage(refusal);
        }
        Attempt attempt = new Attempt(call, new Permission(1));
        connection.dispatch(attempt.first());
        return attempt.told;
    }

    /**
     * Many calls in one go, each an outcome of its own in the order of the calls.
     *
     * @return fails as a whole, with nothing sent, when there is no room for all of them
     */
    public CompletionStage<List<CompletionStage<Reply>>> callAll(List<Call> calls) {
        if (calls.isEmpty()) {
            return CompletableFuture.completedStage(List.of());
        }
        RedisFailure refusal = admit(calls.size());
        if (refusal != null) {
            return CompletableFuture.failedStage(refusal);
        }
        List<CompletionStage<Reply>> told = new ArrayList<>(calls.size());
        List<AsyncCommand<byte[], byte[], @Nullable Object>> commands = new ArrayList<>(calls.size());
        Permission permission = new Permission(calls.size());
        for (Call call : calls) {
            Attempt attempt = new Attempt(call, permission);
            commands.add(attempt.first());
            told.add(attempt.told);
        }
        connection.dispatch(commands);
        return CompletableFuture.completedStage(told);
    }

    public RedisKeys keys() {
        return config.keys();
    }

    /** Null while calls are tried; otherwise what is wrong, for the readiness page. It takes a call to find out that it is over. */
    public @Nullable String failure() {
        return breaker.getState() == CircuitBreaker.State.CLOSED
                ? null
                : "redis at " + config.addressesText() + " fails: circuit " + Breakers.label(breaker.getState());
    }

    /** Calls without an answer fail. Blocks until the threads have ended, two seconds at most. */
    @Override
    public void close() {
        closed = true;
        connection.close();
        meters.close();
    }

    private @Nullable RedisFailure admit(int calls) {
        Reason refusal = refusal(calls);
        if (refusal == null) {
            return null;
        }
        meters.failed(refusal, calls);
        return new RedisFailure(refusal, config.addressesText());
    }

    private @Nullable Reason refusal(int calls) {
        if (closed) {
            return Reason.CLOSED;
        }
        if (inFlight.addAndGet(calls) > config.maxInFlight()) {
            inFlight.addAndGet(-calls);
            return Reason.TOO_MANY_IN_FLIGHT;
        }
        if (!breaker.tryAcquirePermission()) {
            inFlight.addAndGet(-calls);
            return Reason.CIRCUIT_OPEN;
        }
        return null;
    }

    /** From admission to its one answer. */
    private final class Attempt {
        final CompletableFuture<Reply> told = new CompletableFuture<>();
        private final Call call;
        private final Permission permission;
        private final Timer.Sample sample = Timer.start();

        Attempt(Call call, Permission permission) {
            this.call = call;
            this.permission = permission;
        }

        AsyncCommand<byte[], byte[], @Nullable Object> first() {
            return awaited(call.command(false), true);
        }

        private AsyncCommand<byte[], byte[], @Nullable Object> awaited(
                Command<byte[], byte[], @Nullable Object> command, boolean mayRepeat) {
            AsyncCommand<byte[], byte[], @Nullable Object> answered = new AsyncCommand<>(command);
            answered.whenComplete((value, thrown) -> {
                if (thrown == null) {
                    done(value);
                } else if (mayRepeat && thrown instanceof RedisNoScriptException) {
                    connection.dispatch(awaited(call.command(true), false));
                } else {
                    failed(thrown);
                }
            });
            return answered;
        }

        private void done(@Nullable Object value) {
            inFlight.decrementAndGet();
            permission.told(true);
            meters.answered(call.name(), sample);
            told.complete(new Reply(value));
        }

        private void failed(Throwable thrown) {
            inFlight.decrementAndGet();
            RedisFailure failure = Failures.of(thrown, call.name(), closed);
            permission.told(failure.reason() == Reason.ERROR);
            meters.failed(failure.reason(), 1);
            told.completeExceptionally(failure);
        }
    }

    /**
     * What the breaker gave for calls that go out together; it hears of them once, when all have ended. Calls of which
     * most were answered are no failure: one node of a cluster that is gone must not stop the others.
     */
    private final class Permission {
        private final int calls;
        private final AtomicInteger answered = new AtomicInteger();
        private final AtomicInteger ended = new AtomicInteger();
        private final long startNanos = System.nanoTime();

        Permission(int calls) {
            this.calls = calls;
        }

        void told(boolean answer) {
            if (answer) {
                answered.incrementAndGet();
            }
            if (ended.incrementAndGet() < calls) {
                return;
            }
            long took = System.nanoTime() - startNanos;
            if (2L * answered.get() > calls) {
                breaker.onSuccess(took, TimeUnit.NANOSECONDS);
            } else {
                breaker.onError(took, TimeUnit.NANOSECONDS, UNANSWERED);
            }
        }
    }

    /** The bytes of a decimal number, as scripts take numbers. */
    public static byte[] decimal(long number) {
        return Long.toString(number).getBytes(StandardCharsets.US_ASCII);
    }
}
