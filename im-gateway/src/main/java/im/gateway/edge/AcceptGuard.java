package im.gateway.edge;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a listener from spinning when accepting fails, for want of file descriptors mostly: it pauses, says so once, and
 * says when it is over. On the accepting thread.
 */
final class AcceptGuard extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(AcceptGuard.class);
    private static final long PAUSE_MILLIS = 250;

    private final EdgeMeters meters;
    private boolean failing;

    AcceptGuard(EdgeMeters meters) {
        this.meters = meters;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object accepted) {
        if (failing) {
            failing = false;
            LOG.info("accepting again on {}", ctx.channel().localAddress());
        }
        ctx.fireChannelRead(accepted);
    }

    /** Not passed on: Netty's own pause is longer, and logs every time. */
    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        meters.acceptFailed();
        if (!failing) {
            failing = true;
            LOG.warn("cannot accept on {}, trying again: {}", ctx.channel().localAddress(), cause.toString());
        }
        ctx.channel().config().setAutoRead(false);
        var unused = ctx.executor()
                .schedule(() -> ctx.channel().config().setAutoRead(true), PAUSE_MILLIS, TimeUnit.MILLISECONDS);
    }
}
