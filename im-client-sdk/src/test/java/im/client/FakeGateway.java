package im.client;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.codec.BinaryWire;
import im.protocol.codec.Wire;
import im.protocol.json.JsonWire;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/**
 * A gateway on a real loopback socket that says what a test tells it to: each connection is a {@link FakePeer} whose
 * frames the test takes and answers. One thread; nothing is answered by itself but pings.
 */
final class FakeGateway implements AutoCloseable {
    /**
     * Longer than a client's dispatcher and connect time-outs together, 16 s: where a gateway has closed, somebody else's
     * socket may listen by now and say nothing.
     */
    static final long WAIT_SECONDS = 30;

    private final EventLoopGroup loops = new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("fake-gateway", true), NioIoHandler.newFactory());
    private final BlockingQueue<FakePeer> accepted = new LinkedBlockingQueue<>();
    private final Wire wire;
    private final ChannelGroup channels = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Channel listener;

    private FakeGateway(Wire wire, UnaryOperator<String> upgradeAnswer) {
        this.wire = wire;
        this.listener = new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        FakePeer peer = new FakePeer(channel, wire);
                        channels.add(channel);
                        channel.pipeline()
                                .addLast(
                                        wire == BinaryWire.TCP
                                                ? new FakePeer.TcpHandler(peer)
                                                : new FakePeer.WebSocketHandler(peer, upgradeAnswer));
                        accepted.add(peer);
                    }
                })
                .bind(new InetSocketAddress("127.0.0.1", 0))
                .syncUninterruptibly()
                .channel();
    }

    /** For parameters: {@code tcp} or {@code websocket}. */
    static FakeGateway of(String wire) {
        return wire.equals("tcp") ? tcp() : webSocket();
    }

    static FakeGateway tcp() {
        return new FakeGateway(BinaryWire.TCP, answer -> answer);
    }

    static FakeGateway webSocket() {
        return new FakeGateway(BinaryWire.WEBSOCKET_SERVER, answer -> answer);
    }

    static FakeGateway json() {
        return new FakeGateway(JsonWire.SERVER, answer -> answer.replace("im.v1.proto", "im.v1.json"));
    }

    /** Answers the upgrade with what the test makes of the right answer. */
    static FakeGateway webSocket(UnaryOperator<String> upgradeAnswer) {
        return new FakeGateway(BinaryWire.WEBSOCKET_SERVER, upgradeAnswer);
    }

    URI uri() {
        int port = ((InetSocketAddress) listener.localAddress()).getPort();
        return URI.create(wire == BinaryWire.TCP ? "tcp://127.0.0.1:" + port : "ws://127.0.0.1:" + port + "/v1/ws");
    }

    /** The next connection. */
    FakePeer accept() throws InterruptedException {
        FakePeer peer = accepted.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(peer).as("a connection").isNotNull();
        return peer;
    }

    boolean hasConnection() {
        return !accepted.isEmpty();
    }

    /** The listener first: a connection that comes while the loop ends would stay open and unanswered, as others may. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        channels.close().awaitUninterruptibly();
        loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(10, TimeUnit.SECONDS);
    }
}
