package im.client;

import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The calls of {@link ImClient} for callers that wait. Never call it on the client's event loop (from a future's
 * callback, or a listener run by {@code Runnable::run}): it would wait for itself. An interrupted wait throws
 * {@link ImClientException} with the thread's interrupt flag set; what was started goes on.
 */
public final class Blocking {
    private final ImClient client;

    Blocking(ImClient client) {
        this.client = client;
    }

    /** Waits until connected and caught up, without bound. */
    public void connect() {
        connect(Duration.ofNanos(Long.MAX_VALUE));
    }

    /**
     * Waits until connected and caught up.
     *
     * @throws ImClientException if refused for good, or not there in time (the client goes on trying)
     */
    public void connect(Duration atMost) {
        await(client.connect().toCompletableFuture(), atMost, "connect");
    }

    /** Waits for the outcome, without bound: at most until half of the dedupe window after a connection is back. */
    public SendOutcome send(OutgoingMessage message) {
        return await(client.send(message), Duration.ofNanos(Long.MAX_VALUE), "send");
    }

    /** As {@link #send(OutgoingMessage)}, for a text with a new message id. */
    public SendOutcome send(String peer, String text) {
        return send(OutgoingMessage.text(peer, text));
    }

    /** Waits until the socket is gone. */
    public void disconnect() {
        await(client.disconnect(), Duration.ofSeconds(10), "disconnect");
    }

    private static <T> T await(CompletableFuture<T> future, Duration atMost, String what) {
        try {
            return future.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ImClientException(0, what + " interrupted");
        } catch (TimeoutException e) {
            throw new ImClientException(0, what + " not done within " + atMost);
        } catch (ExecutionException | CancellationException e) {
            if (e.getCause() instanceof ImClientException refused) {
                throw new ImClientException(refused.closeCode(), String.valueOf(refused.getMessage()));
            }
            throw new IllegalStateException(what, e);
        }
    }
}
