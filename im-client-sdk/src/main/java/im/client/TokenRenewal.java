package im.client;

import im.protocol.v1.Frame;
import im.protocol.v1.Renew;
import io.netty.channel.EventLoop;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a fresh token to the live connection when the gateway says that the old one ends. A renewal that fails is tried
 * again while there is time; meanwhile the connection lives on, until its token has ended. Event loop only.
 */
final class TokenRenewal {
    private static final Logger LOG = LoggerFactory.getLogger(TokenRenewal.class);
    /** The gateway looks at no more than one token a second. */
    private static final long MIN_RETRY_MILLIS = 1_500;

    private final TokenSource tokens;
    private final EventLoop loop;
    private final Timers timers;
    private final Requests requests;
    private final LongConsumer renewed;
    private Timers.@Nullable Timer retry;
    /** Numbers the connections, so that a token that comes too late renews nothing. */
    private long turn;

    /** @param renewed told until when the new token is good, in ms of the gateway's clock */
    TokenRenewal(TokenSource tokens, EventLoop loop, Timers timers, Requests requests, LongConsumer renewed) {
        this.tokens = tokens;
        this.loop = loop;
        this.timers = timers;
        this.requests = requests;
        this.renewed = renewed;
    }

    /** The connection that was to be renewed is gone. */
    void stop() {
        turn++;
        if (retry != null) {
            retry.cancel();
            retry = null;
        }
    }

    void expiring(long inMillis) {
        stop();
        if (tokens.canRefresh()) {
            long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(Math.max(0, inMillis));
            renew(turn, endNanos);
        }
    }

    private void renew(long mine, long endNanos) {
        tokens.forget();
        tokens.token()
                .whenComplete((token, failure) -> loop.execute(() -> {
                    if (mine != turn) {
                        return;
                    }
                    if (token == null) {
                        failed(mine, endNanos, String.valueOf(failure));
                    } else {
                        ask(mine, endNanos, token);
                    }
                }));
    }

    private void ask(long mine, long endNanos, String token) {
        requests.ask(Frame.newBuilder().setRenew(Renew.newBuilder().setToken(token)))
                .whenComplete((answer, failure) -> {
                    if (mine != turn) {
                        return;
                    }
                    if (answer == null || !answer.hasRenewed()) {
                        failed(
                                mine,
                                endNanos,
                                failure == null ? "no answer to it" : String.valueOf(failure.getMessage()));
                    } else {
                        tokens.keep(token);
                        renewed.accept(answer.getRenewed().getExpiresMs());
                    }
                });
    }

    private void failed(long mine, long endNanos, String why) {
        long leftMillis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
        LOG.debug("token not renewed leftMs={} why={}", leftMillis, why);
        long delay = Math.max(MIN_RETRY_MILLIS, leftMillis / 4);
        if (delay < leftMillis) {
            retry = timers.after(delay, () -> renew(mine, endNanos));
        }
    }
}
