package im.simulator;

import im.client.ConnectionState;
import im.client.ImClient;
import im.client.StateChange;
import im.simulator.access.Access;
import im.simulator.access.Tokens;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The connection of a command that needs just one: whether it came to be, and why not. Thread-safe. */
final class SingleConnection {
    /** Of minted tokens: longer than anybody waits for a message by hand. */
    private static final Duration TOKEN_TIME = Duration.ofDays(7);

    private final CountDownLatch decided = new CountDownLatch(1);
    private final Runnable onSentAway;
    private volatile boolean welcomed;
    private volatile boolean leaving;
    private volatile String trouble = "";
    private volatile @Nullable String sentAway;

    /** @param onSentAway called when the server refuses for good, or ends the connection for good */
    SingleConnection(Runnable onSentAway) {
        this.onSentAway = onSentAway;
    }

    ImClient.Builder builder(Access access, String uid, String device) {
        Tokens tokens = access.tokens(TOKEN_TIME);
        tokens.tokenOf(uid);
        return access.gateways()
                .applyTo(ImClient.builder(), 0)
                .tokenSupplier(() -> CompletableFuture.completedStage(tokens.tokenOf(uid)))
                .device(device)
                .stateListener(this::onStateChanged)
                .reconnectBackoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    }

    private void onStateChanged(StateChange change) {
        if (change.current() == ConnectionState.CATCHING_UP || change.current() == ConnectionState.LIVE) {
            welcomed = true;
            decided.countDown();
        } else if (change.current() == ConnectionState.WAITING) {
            trouble = change.reason();
        } else if (change.current() == ConnectionState.CLOSED && !leaving) {
            sentAway = change.closeCode() + " " + change.reason();
            decided.countDown();
            onSentAway.run();
        }
    }

    /** Waits for the server's welcome, its refusal, {@link #leave()}, or the time to be over; true if welcomed. */
    boolean isWelcomed(Duration within) {
        try {
            decided.await(within.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return welcomed;
    }

    /** From now on an end of the connection is our own. */
    void leave() {
        leaving = true;
        decided.countDown();
    }

    /** For stderr; empty if all is well. */
    String complaint() {
        if (sentAway != null) {
            return "sent away: " + sentAway;
        }
        return welcomed ? "" : "server not reached" + (trouble.isEmpty() ? "" : ": " + trouble);
    }
}
