package im.gateway.edge;

import im.gateway.connection.FailureLog;
import im.gateway.connection.Loop;
import im.gateway.connection.SessionOpener;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The two public listeners. Stops in this order: {@link #stopAccepting}, then the sessions close their connections, then
 * {@link #close}, then {@link EventLoops#close}, which closes what is still open. Any thread.
 */
public final class EdgeServer implements AutoCloseable {
    private static final int MIN_READ_BYTES = 64;
    private static final int FIRST_READ_BYTES = 512;
    private static final int MAX_READ_BYTES = 16 * 1024;
    /** Of one connection, while it fills its buffers: then the others have their turn. */
    private static final int READS_PER_TURN = 16;

    private final EdgeConfig config;
    private final EventLoops eventLoops;
    private final EventLoopGroup acceptor;
    private final EdgeMeters meters;
    private final SocketRoom room;
    private final @Nullable PollSessions polls;
    private final Map<EventLoop, EdgeLoop> loops = new IdentityHashMap<>();
    private @Nullable Channel http;
    private @Nullable Channel tcp;

    private EdgeServer(EdgeConfig config, EventLoops eventLoops, SessionOpener sessions, MeterRegistry registry) {
        this.config = config;
        this.eventLoops = eventLoops;
        this.room = SocketRoom.ofProcess(config.otherSockets());
        this.meters = new EdgeMeters(registry, eventLoops.loops(), room);
        this.acceptor = new MultiThreadIoEventLoopGroup(
                1, new DefaultThreadFactory("im-accept"), eventLoops.transport().ioHandlers());
        PollBounds polling = config.polls();
        this.polls = polling == null ? null : new PollSessions(polling);
        PollMeters pollMeters = new PollMeters(registry, polls);
        FailureLog failures = new FailureLog();
        List<SingleThreadEventLoop> executors = eventLoops.executors();
        for (int i = 0; i < executors.size(); i++) {
            Loop loop = eventLoops.loops().get(i);
            loops.put(
                    executors.get(i),
                    new EdgeLoop(loop, executors.get(i), sessions, meters, config, polls, pollMeters, failures));
        }
    }

    /**
     * Listens on both ports, or on none.
     *
     * @param pages what is answered to plain HTTP, by path
     * @throws IOException naming the address that cannot be bound
     */
    public static EdgeServer start(
            EdgeConfig config,
            EventLoops eventLoops,
            Map<String, HttpPage> pages,
            SessionOpener sessions,
            MeterRegistry registry)
            throws IOException {
        EdgeServer server = new EdgeServer(config, eventLoops, sessions, registry);
        Map<String, HttpPage> table = Map.copyOf(pages);
        try {
            server.http = server.listen(
                    "http",
                    config.httpPort(),
                    (channel, loop) ->
                            channel.pipeline().addLast(new HttpGate(), new HttpHandshakeHandler(loop, table)));
            server.tcp = server.listen(
                    "tcp",
                    config.tcpPort(),
                    (channel, loop) -> channel.pipeline().addLast(new TcpConnection(loop)));
            return server;
        } catch (IOException e) {
            server.close();
            throw e;
        }
    }

    private Channel listen(String name, int port, BiConsumer<Channel, EdgeLoop> initializer) throws IOException {
        InetSocketAddress address = new InetSocketAddress(config.host(), port);
        if (address.isUnresolved()) {
            throw new IOException(name + ": cannot listen on " + address + ": unknown host");
        }
        ChannelFuture bound = bootstrap(initializer).bind(address).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    name + ": cannot listen on " + address + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return bound.channel();
    }

    private ServerBootstrap bootstrap(BiConsumer<Channel, EdgeLoop> initializer) {
        WriteBufferWaterMark watermarks = new WriteBufferWaterMark(Loop.LOW_WATER_BYTES, Loop.LOW_WATER_BYTES + 1);
        return new ServerBootstrap()
                .group(acceptor, eventLoops.group())
                .channel(eventLoops.transport().serverChannel())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, config.backlog())
                .handler(new AcceptGuard(meters))
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, false)
                .childOption(ChannelOption.ALLOCATOR, config.allocator())
                .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, watermarks)
                .childOption(ChannelOption.RECVBUF_ALLOCATOR, readBuffers())
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        if (!room.enter(channel)) {
                            meters.socketRefused();
                            channel.close();
                            return;
                        }
                        EdgeLoop loop = Objects.requireNonNull(loops.get(channel.eventLoop()));
                        channel.pipeline().addLast(ProxyGate.of(channel, loop));
                        initializer.accept(channel, loop);
                    }
                });
    }

    /** A buffer is there while a connection reads, and as large as what its last reads needed. */
    private static RecvByteBufAllocator readBuffers() {
        return new AdaptiveRecvByteBufAllocator(MIN_READ_BYTES, FIRST_READ_BYTES, MAX_READ_BYTES)
                .maxMessagesPerRead(READS_PER_TURN);
    }

    /** Where HTTP and WebSocket are served; the port is the one that was chosen, if 0 was asked for. */
    public InetSocketAddress http() {
        return address(http);
    }

    public InetSocketAddress tcp() {
        return address(tcp);
    }

    private static InetSocketAddress address(@Nullable Channel listener) {
        if (listener == null) {
            throw new IllegalStateException("not listening");
        }
        return (InetSocketAddress) listener.localAddress();
    }

    /** Why no more sockets are taken at the moment, or null. */
    public @Nullable String fullReason() {
        return room.reason();
    }

    /** Closes both listeners; connections and handshakes go on, but no poll session begins. May be called again. */
    public void stopAccepting() {
        if (polls != null) {
            polls.drain();
        }
        for (Channel listener : new Channel[] {http, tcp}) {
            if (listener != null) {
                listener.close().awaitUninterruptibly();
            }
        }
    }

    /** Stops accepting and ends the handshakes that are under way. */
    @Override
    public void close() {
        stopAccepting();
        loops.values().forEach(EdgeLoop::stop);
        if (polls != null) {
            polls.close();
        }
        var unused = acceptor.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
