package im.router.redis;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes a connection on which something was sent and nothing at all came back for a while: the kernel would go on
 * repeating it for a quarter of an hour when the peer is cut off. One per connection; event loop only.
 */
final class SilenceHandler extends ChannelDuplexHandler {
    private final long limitNanos;
    private long silentSinceNanos;
    private boolean waiting;
    private @Nullable Future<?> check;

    SilenceHandler(Duration limit) {
        this.limitNanos = limit.toNanos();
    }

    /** A few calls have run into their timeout by then. */
    static Duration limit(RedisConfig config) {
        Duration patience = config.commandTimeout().multipliedBy(5);
        return patience.compareTo(config.connectTimeout()) > 0 ? patience : config.connectTimeout();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
        if (!waiting) {
            waiting = true;
            silentSinceNanos = System.nanoTime();
            if (check == null) {
                schedule(ctx, limitNanos);
            }
        }
        ctx.write(message, promise);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        waiting = false;
        ctx.fireChannelRead(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        if (check != null) {
            check.cancel(false);
        }
        ctx.fireChannelInactive();
    }

    private void schedule(ChannelHandlerContext ctx, long delayNanos) {
        check = ctx.executor().schedule(() -> look(ctx), delayNanos, TimeUnit.NANOSECONDS);
    }

    private void look(ChannelHandlerContext ctx) {
        check = null;
        if (!waiting) {
            return;
        }
        long left = limitNanos - (System.nanoTime() - silentSinceNanos);
        if (left <= 0) {
            ctx.close();
        } else {
            schedule(ctx, left);
        }
    }
}
