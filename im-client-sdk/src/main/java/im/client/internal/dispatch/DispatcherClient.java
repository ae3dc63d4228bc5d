package im.client.internal.dispatch;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** Asks a dispatcher for endpoints. Any thread; the answer comes on one of the HTTP client's, and never fails. */
public final class DispatcherClient {
    private static final int MAX_BYTES = 64 * 1024;
    private static final long MOST_RETRY_SECONDS = 300;

    private final Supplier<HttpClient> http;
    private final URI url;
    private final Duration timeout;

    /**
     * @param http shared by all clients; first asked for when there is something to ask
     * @param url {@code http(s)://host:port/v1/endpoint}, perhaps with a query of its own
     * @param timeout of one question, its answer included
     * @throws IllegalArgumentException if it is no such URL
     */
    public DispatcherClient(Supplier<HttpClient> http, URI url, Duration timeout) {
        DispatcherAnswer.require(url);
        this.http = http;
        this.url = url;
        this.timeout = timeout;
    }

    /** @param uid empty while it is not known */
    CompletionStage<DispatcherAnswer> ask(String uid) {
        CompletableFuture<HttpResponse<byte[]>> answer;
        try {
            HttpRequest request = HttpRequest.newBuilder(asking(uid))
                    .timeout(timeout)
                    .header("Accept", "application/json")
                    .build();
            answer = http.get().sendAsync(request, response -> new Body());
        } catch (RuntimeException e) {
            answer = CompletableFuture.failedFuture(e);
        }
        return answer.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .handle((response, failure) -> failure == null
                        ? read(response)
                        : DispatcherAnswer.trouble("the dispatcher does not answer: " + words(failure), 0));
    }

    /** The URL with the uid, unless it names one. */
    private URI asking(String uid) {
        String query = url.getRawQuery();
        if (uid.isEmpty() || (query != null && query.contains("uid="))) {
            return url;
        }
        String text = url.toString();
        String joint = query == null ? "?" : query.isEmpty() ? "" : "&";
        return URI.create(text + joint + "uid=" + URLEncoder.encode(uid, StandardCharsets.UTF_8));
    }

    private static DispatcherAnswer read(HttpResponse<byte[]> response) {
        return response.statusCode() == 200
                ? DispatcherAnswer.of(new String(response.body(), StandardCharsets.UTF_8))
                : DispatcherAnswer.trouble("the dispatcher answers " + response.statusCode(), retryAfter(response));
    }

    private static long retryAfter(HttpResponse<?> response) {
        try {
            long seconds = response.headers().firstValueAsLong("Retry-After").orElse(0);
            return TimeUnit.SECONDS.toMillis(Math.max(0, Math.min(MOST_RETRY_SECONDS, seconds)));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static String words(Throwable failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }

    /** Takes so much and no more. */
    private static final class Body implements BodySubscriber<byte[]> {
        private final CompletableFuture<byte[]> body = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public CompletionStage<byte[]> getBody() {
            return body;
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            var unused = body.whenComplete((done, failure) -> {
                if (failure != null) {
                    subscription.cancel();
                }
            });
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                byte[] read = new byte[Math.min(part.remaining(), MAX_BYTES + 1 - bytes.size())];
                part.get(read);
                bytes.write(read, 0, read.length);
            }
            if (bytes.size() > MAX_BYTES) {
                body.completeExceptionally(new IllegalArgumentException("more than " + MAX_BYTES + " bytes"));
            }
        }

        @Override
        public void onError(Throwable failure) {
            body.completeExceptionally(failure);
        }

        @Override
        public void onComplete() {
            body.complete(bytes.toByteArray());
        }
    }
}
