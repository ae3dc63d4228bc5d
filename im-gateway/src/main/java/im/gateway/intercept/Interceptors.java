package im.gateway.intercept;

import im.protocol.v1.Code;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All interceptors of this process, one after the other, on threads of their own. A message waits for a free thread in a
 * bounded queue and is refused as overloaded where that is full; whatever happens it is judged within the timeout, the
 * wait included.
 */
public final class Interceptors implements MessageGate, AutoCloseable {
    static final int MAX_WAITING = 4_096;

    private static final Logger LOG = LoggerFactory.getLogger(Interceptors.class);
    private static final int RETRY_MILLIS = 1_000;
    private static final long REPORT_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** What became of a message. */
    private enum Outcome {
        ACCEPTED,
        REJECTED,
        REWRITTEN,
        FAILED,
        LATE,
        OVERLOADED
    }

    private final List<MessageInterceptor> interceptors;
    private final Duration timeout;
    private final Verdict onFailure;
    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor timer;
    private final Map<Outcome, Counter> outcomes = new EnumMap<>(Outcome.class);
    private final Timer took;
    private final AtomicLong reportedNanos = new AtomicLong(System.nanoTime() - REPORT_NANOS);

    /**
     * @param interceptors started; in the order in which they judge
     * @param allowOnFailure whether a message goes on as it is when an interceptor fails or is late; otherwise it is
     *     refused with UNAVAILABLE
     */
    public Interceptors(
            List<MessageInterceptor> interceptors,
            int threads,
            Duration timeout,
            boolean allowOnFailure,
            MeterRegistry meters) {
        this.interceptors = List.copyOf(interceptors);
        this.timeout = timeout;
        this.onFailure = allowOnFailure
                ? Verdict.ACCEPT
                : new Verdict.Reject(Code.UNAVAILABLE, "the message could not be judged", RETRY_MILLIS);
        this.threads = new ThreadPoolExecutor(
                threads, threads, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), named("im-interceptor-"));
        this.timer = new ScheduledThreadPoolExecutor(1, named("im-interceptor-timer-"));
        timer.setRemoveOnCancelPolicy(true);
        for (Outcome outcome : Outcome.values()) {
            outcomes.put(
                    outcome,
                    meters.counter(
                            "im.gateway.interceptor.verdicts",
                            "verdict",
                            outcome.name().toLowerCase(Locale.ROOT)));
        }
        took = meters.timer("im.gateway.interceptor");
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, name + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public CompletionStage<Verdict> judge(IncomingMessage message) {
        long begun = System.nanoTime();
        CompletableFuture<Verdict> verdict = new CompletableFuture<>();
        AtomicBoolean judged = new AtomicBoolean();
        FutureTask<Boolean> task = new FutureTask<>(() -> {
            Judged all = ofAll(message);
            return judged.compareAndSet(false, true) && tell(verdict, all.verdict(), all.outcome());
        });
        try {
            threads.execute(task);
        } catch (RejectedExecutionException e) {
            count(Outcome.OVERLOADED);
            return CompletableFuture.completedStage(
                    new Verdict.Reject(Code.OVERLOADED, "too many messages wait to be judged", RETRY_MILLIS));
        }
        ScheduledFuture<?> deadline = timer.schedule(
                () -> {
                    if (judged.compareAndSet(false, true)) {
                        tell(verdict, onFailure, Outcome.LATE);
                        task.cancel(true);
                        threads.remove(task);
                    }
                },
                timeout.toNanos(),
                TimeUnit.NANOSECONDS);
        return verdict.whenComplete((told, failure) -> {
            deadline.cancel(false);
            took.record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        });
    }

    private record Judged(Verdict verdict, Outcome outcome) {}

    private boolean tell(CompletableFuture<Verdict> verdict, Verdict told, Outcome outcome) {
        count(outcome);
        return verdict.complete(told);
    }

    private Judged ofAll(IncomingMessage message) {
        try {
            Verdict verdict = Verdict.ACCEPT;
            IncomingMessage current = message;
            for (MessageInterceptor interceptor : interceptors) {
                Verdict next = Objects.requireNonNull(interceptor.intercept(current), "no verdict");
                if (next instanceof Verdict.Reject) {
                    return new Judged(next, Outcome.REJECTED);
                }
                if (next instanceof Verdict.Rewrite rewrite) {
                    current = current.rewritten(rewrite);
                    verdict = rewrite;
                }
            }
            return new Judged(verdict, verdict instanceof Verdict.Accept ? Outcome.ACCEPTED : Outcome.REWRITTEN);
        } catch (RuntimeException | LinkageError | StackOverflowError e) {
            report(e);
            return new Judged(onFailure, Outcome.FAILED);
        }
    }

    private void count(Outcome outcome) {
        Objects.requireNonNull(outcomes.get(outcome)).increment();
    }

    /** Once a minute: a broken interceptor fails with every message. */
    private void report(Throwable failure) {
        long last = reportedNanos.get();
        long now = System.nanoTime();
        if (now - last >= REPORT_NANOS && reportedNanos.compareAndSet(last, now)) {
            LOG.atWarn().addKeyValue("cause", failure).log("an interceptor fails");
        }
    }

    /** Threads that are judging are interrupted; their messages are treated as failed. */
    @Override
    public void close() {
        threads.shutdownNow();
        timer.shutdownNow();
    }
}
