package im.gateway.edge;

import im.gateway.edge.EdgeMeters.Proxied;
import im.gateway.proxy.AddressRange;
import im.gateway.proxy.MalformedProxyHeader;
import im.gateway.proxy.ProxyHeader;
import im.gateway.proxy.ProxyHeader.Beginning;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.util.AttributeKey;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The first handler of every socket, until its first bytes are in. From a listed balancer they must be a PROXY header,
 * in whole within {@link EdgeLoop#PROXY_MILLIS}, and the address in it is the peer's from then on; from anybody else they
 * must not begin one. What does not keep to that is closed and counted; everything else goes on to the next handler.
 * Event loop only.
 */
final class ProxyGate extends ChannelInboundHandlerAdapter implements DeadlineQueue.Expiring {
    private static final AttributeKey<InetSocketAddress> SOURCE = AttributeKey.valueOf(ProxyGate.class, "source");

    private final EdgeLoop edge;
    private final boolean required;
    private final DeadlineQueue.@Nullable Deadline deadline;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf held;
    private boolean done;

    private ProxyGate(EdgeLoop edge, boolean required) {
        this.edge = edge;
        this.required = required;
        this.deadline = required ? edge.proxyHeaderFrom(this) : null;
    }

    static ProxyGate of(Channel channel, EdgeLoop edge) {
        return new ProxyGate(edge, isListed(channel, edge.config().proxies()));
    }

    private static boolean isListed(Channel channel, List<AddressRange> proxies) {
        return !proxies.isEmpty()
                && channel.remoteAddress() instanceof InetSocketAddress peer
                && proxies.stream().anyMatch(range -> range.contains(peer.getAddress()));
    }

    /** Where a socket's peer is, by its balancer's word if there is one. */
    static InetAddress peer(Channel channel) {
        InetSocketAddress source =
                channel.hasAttr(SOURCE) ? channel.attr(SOURCE).get() : null;
        return (source == null ? (InetSocketAddress) channel.remoteAddress() : source).getAddress();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        if (done) {
            in.release();
            return;
        }
        ByteBuf before = held;
        held = null;
        ByteBuf all = before == null ? in : joined(before, in);
        Beginning beginning = ProxyHeader.beginning(all);
        if (beginning == Beginning.PERHAPS) {
            held = all;
        } else if (!required && beginning == Beginning.NO) {
            passOn(ctx, all);
        } else if (required && beginning == Beginning.YES) {
            takeHeader(ctx, all);
        } else {
            all.release();
            refuse(ctx, required ? Proxied.MISSING : Proxied.UNLISTED);
        }
    }

    /** A header is short, so what is held is copied, and only where it comes in pieces. */
    private static ByteBuf joined(ByteBuf before, ByteBuf in) {
        try {
            return before.discardReadBytes().writeBytes(in);
        } finally {
            in.release();
        }
    }

    private void takeHeader(ChannelHandlerContext ctx, ByteBuf in) {
        ProxyHeader header;
        try {
            header = ProxyHeader.tryDecode(in);
        } catch (MalformedProxyHeader e) {
            in.release();
            refuse(ctx, Proxied.MALFORMED);
            return;
        }
        if (header == null) {
            held = in;
            return;
        }
        if (header.source() != null) {
            ctx.channel().attr(SOURCE).set(header.source());
        }
        edge.meters().proxied(header.source() == null ? Proxied.LOCAL : Proxied.TAKEN);
        passOn(ctx, in);
    }

    private void passOn(ChannelHandlerContext ctx, ByteBuf rest) {
        over();
        if (rest.isReadable()) {
            ctx.fireChannelRead(rest);
        } else {
            rest.release();
        }
        ctx.pipeline().remove(this);
    }

    private void refuse(ChannelHandlerContext ctx, Proxied outcome) {
        over();
        edge.meters().proxied(outcome);
        ctx.close();
    }

    private void over() {
        done = true;
        if (deadline != null) {
            deadline.end();
        }
    }

    /** The header has not come in time. */
    @Override
    public void expired() {
        if (!done && context != null) {
            refuse(context, Proxied.TIMEOUT);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        over();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (held != null) {
            held.release();
            held = null;
        }
    }
}
