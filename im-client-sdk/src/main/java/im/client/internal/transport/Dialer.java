package im.client.internal.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

/** Opens links on one event loop. */
public final class Dialer {
    private final EventLoop loop;
    private final boolean epoll;
    private final Executor resolver;

    /**
     * @param epoll whether the loop is one of epoll; else of NIO
     * @param resolver where host names are looked up, which blocks
     */
    public Dialer(EventLoop loop, boolean epoll, Executor resolver) {
        this.loop = loop;
        this.epoll = epoll;
        this.resolver = resolver;
    }

    /**
     * Starts to open a link; called on the event loop, returns before anything is told to the listener. The caller
     * bounds how long it takes: {@link Link#abort} ends the attempt.
     */
    public Link dial(Endpoint endpoint, LinkListener listener) {
        if (endpoint.way() == Endpoint.Way.POLLS) {
            PollLink link = new PollLink(loop, this, endpoint, listener);
            loop.execute(() -> resolve(endpoint, link::found, link::failed));
            return link;
        }
        SocketLink link = new SocketLink(loop, listener, endpoint.wire());
        loop.execute(() -> resolve(endpoint, found -> connect(endpoint, link, found, 0), link::failed));
        return link;
    }

    private void resolve(Endpoint endpoint, Consumer<InetAddress[]> then, Consumer<Throwable> otherwise) {
        byte[] literal = NetUtil.createByteArrayFromIpAddressString(endpoint.host());
        try {
            if (literal != null) {
                then.accept(new InetAddress[] {InetAddress.getByAddress(literal)});
                return;
            }
            CompletableFuture.supplyAsync(() -> lookUp(endpoint.host()), resolver)
                    .whenCompleteAsync(
                            (found, failure) -> {
                                if (failure == null) {
                                    then.accept(found);
                                } else {
                                    otherwise.accept(failure.getCause() == null ? failure : failure.getCause());
                                }
                            },
                            loop);
        } catch (UnknownHostException | RejectedExecutionException e) {
            otherwise.accept(e);
        }
    }

    private static InetAddress[] lookUp(String host) {
        try {
            return InetAddress.getAllByName(host);
        } catch (UnknownHostException e) {
            throw new CompletionException("unknown host " + host, e);
        }
    }

    /** Tries one address after the other. */
    private void connect(Endpoint endpoint, SocketLink link, InetAddress[] addresses, int index) {
        if (link.hasEnded()) {
            return;
        }
        ChannelFuture connecting = connect(addresses[index], endpoint.port(), handlers(endpoint, link));
        link.connecting(connecting.channel());
        connecting.addListener((ChannelFutureListener) done -> {
            if (done.isSuccess()) {
                link.attach(done.channel());
            } else if (index + 1 < addresses.length) {
                connect(endpoint, link, addresses, index + 1);
            } else {
                link.failed(done.cause());
            }
        });
    }

    /** A socket to that address. */
    ChannelFuture connect(InetAddress address, int port, ChannelHandler handlers) {
        return new Bootstrap()
                .group(loop)
                .channel(epoll ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(handlers)
                .connect(new InetSocketAddress(address, port));
    }

    private static ChannelHandler handlers(Endpoint endpoint, SocketLink link) {
        return new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                if (endpoint.webSocket()) {
                    channel.pipeline().addLast(UpgradeHandler.httpCodec(), new UpgradeHandler(link, endpoint));
                } else {
                    channel.pipeline().addLast(new TcpFrameHandler(link));
                }
            }
        };
    }
}
