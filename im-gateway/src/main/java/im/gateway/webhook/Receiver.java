package im.gateway.webhook;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The app's own server: signed requests with a deadline over all of it, no redirect followed, no answer longer than
 * {@link BoundedBody#MOST}. Behind a circuit breaker: while it is open nothing is sent. Any thread.
 */
final class Receiver {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration OPEN = Duration.ofSeconds(2);
    private static final int WINDOW = 20;
    private static final int PROBES = 2;

    /** @param status 200 to 299 */
    record Answer(int status, byte[] body) {}

    /** Nothing was sent, since what was sent before has failed too often. */
    static final class NotAsked extends IOException {
        private static final long serialVersionUID = 1;

        NotAsked() {
            super("the receiver has failed too often");
        }
    }

    private final URI url;
    private final Signature signature;
    private final HttpClient client;
    private final ScheduledExecutorService timer;
    private final Clock clock;
    private final CircuitBreaker breaker = CircuitBreaker.of(
            "webhooks",
            CircuitBreakerConfig.custom()
                    .slidingWindow(
                            WINDOW,
                            WINDOW / 2,
                            CircuitBreakerConfig.SlidingWindowType.COUNT_BASED,
                            CircuitBreakerConfig.SlidingWindowSynchronizationStrategy.LOCK_FREE)
                    .failureRateThreshold(50)
                    .waitDurationInOpenState(OPEN)
                    .permittedNumberOfCallsInHalfOpenState(PROBES)
                    .writableStackTraceEnabled(false)
                    .build());

    /**
     * @param executor of the client's work, not closed here
     * @param timer for deadlines, not closed here
     */
    Receiver(URI url, byte[] secret, Executor executor, ScheduledExecutorService timer, Clock clock) {
        this(
                url,
                new Signature(secret),
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(CONNECT)
                        .executor(executor)
                        .build(),
                timer,
                clock);
    }

    private Receiver(URI url, Signature signature, HttpClient client, ScheduledExecutorService timer, Clock clock) {
        this.url = url;
        this.signature = signature;
        this.client = client;
        this.timer = timer;
        this.clock = clock;
    }

    /** The same server for another use: what fails there is left alone there only. */
    Receiver forAnotherUse() {
        return new Receiver(url, signature, client, timer, clock);
    }

    /** Completes within the time-out, and a little, with a 2xx; exceptionally with anything else. */
    CompletionStage<Answer> post(String event, byte[] body, Duration timeout) {
        if (!breaker.tryAcquirePermission()) {
            return CompletableFuture.failedStage(new NotAsked());
        }
        long begun = System.nanoTime();
        long seconds = clock.millis() / 1_000;
        HttpRequest request = HttpRequest.newBuilder(url)
                .header("Content-Type", "application/json")
                .header("Im-Event", event)
                .header("Im-Timestamp", Long.toString(seconds))
                .header("Im-Signature", signature.of(seconds, body))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        CompletableFuture<HttpResponse<byte[]>> response = client.sendAsync(request, head -> new BoundedBody());
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        ScheduledFuture<?> deadline = timer.schedule(
                () -> {
                    answer.completeExceptionally(new IOException("no answer within " + timeout.toMillis() + " ms"));
                    response.cancel(true);
                },
                timeout.toNanos(),
                TimeUnit.NANOSECONDS);
        response.whenComplete((got, failure) -> {
            deadline.cancel(false);
            if (failure != null) {
                answer.completeExceptionally(failure);
            } else if (got.statusCode() / 100 != 2) {
                answer.completeExceptionally(new IOException("status " + got.statusCode()));
            } else {
                answer.complete(new Answer(got.statusCode(), got.body()));
            }
        });
        return answer.whenComplete((got, failure) -> {
            long took = System.nanoTime() - begun;
            if (failure == null) {
                breaker.onSuccess(took, TimeUnit.NANOSECONDS);
            } else {
                breaker.onError(took, TimeUnit.NANOSECONDS, failure);
            }
        });
    }

    /** Null while it answers; otherwise that it does not, or is only being tried. */
    @Nullable String failure() {
        return level() == 0 ? null : "the receiver of webhooks fails";
    }

    /** 0 closed, 1 half open, 2 open. */
    int level() {
        return switch (breaker.getState()) {
            case CLOSED, DISABLED, METRICS_ONLY -> 0;
            case HALF_OPEN -> 1;
            case OPEN, FORCED_OPEN -> 2;
        };
    }
}
