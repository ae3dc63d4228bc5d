package im.client;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.Limits;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.TcpCodec;
import im.protocol.codec.WebSocketCodec;
import im.protocol.codec.WebSocketEvent;
import im.protocol.codec.Wire;
import im.protocol.json.JsonWire;
import im.protocol.v1.CaughtUp;
import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Deliver;
import im.protocol.v1.Envelope;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.Placed;
import im.protocol.v1.Pong;
import im.protocol.v1.SendResult;
import im.protocol.v1.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

/** The gateway's end of one connection, driven by the test's thread. */
final class FakePeer {
    static final String UID = "alice";
    static final String LOG = "log-1";

    private final Channel channel;
    private final Wire wire;
    private final BlockingQueue<Frame> received = new LinkedBlockingQueue<>();
    private final AtomicInteger pings = new AtomicInteger();
    private final AtomicInteger pongs = new AtomicInteger();
    private volatile boolean mute;

    FakePeer(Channel channel, Wire wire) {
        this.channel = channel;
        this.wire = wire;
    }

    // What the client said

    /** The next frame but pings, which must be of this kind. */
    Frame expect(Frame.BodyCase kind) throws InterruptedException {
        Frame frame = received.poll(FakeGateway.WAIT_SECONDS, TimeUnit.SECONDS);
        assertThat(frame).as("a frame: %s", kind).isNotNull();
        assertThat(frame.getBodyCase()).as("%s", frame).isEqualTo(kind);
        return frame;
    }

    boolean hasFrame() {
        return !received.isEmpty();
    }

    /** The next Send, whose text and mark are as given. */
    Frame expectSend(String text, boolean first) throws InterruptedException {
        Frame frame = expect(Frame.BodyCase.SEND);
        assertThat(frame.getSend().getText()).isEqualTo(text);
        assertThat(frame.getSend().getFirst()).as("first").isEqualTo(first);
        return frame;
    }

    /** Stops answering pings. */
    void mute() {
        mute = true;
    }

    // What the gateway says

    /** Takes Hello, says Welcome and CaughtUp. */
    Hello greet() throws InterruptedException {
        Hello hello = expect(Frame.BodyCase.HELLO).getHello();
        say(welcome());
        caughtUp();
        return hello;
    }

    static Welcome.Builder welcome() {
        Welcome.Builder welcome = Welcome.newBuilder()
                .setVersion(Limits.VERSION)
                .setUid(UID)
                .setConnection("c1")
                .setHeartbeatMs(60_000)
                .setServerTimeMs(System.currentTimeMillis())
                .setLogId(LOG);
        welcome.getLimitsBuilder().setUnansweredSends(16).setDedupeMs(600_000).setPayloadBytes(1_000);
        return welcome;
    }

    void say(Welcome.Builder welcome) {
        say(Frame.newBuilder().setWelcome(welcome));
    }

    void caughtUp() {
        say(Frame.newBuilder().setCaughtUp(CaughtUp.getDefaultInstance()));
    }

    void answer(Frame send, Code code) {
        say(Frame.newBuilder()
                .setRef(send.getRef())
                .setSendResult(SendResult.newBuilder()
                        .setMessageId(send.getSend().getMessageId())
                        .setCode(code)
                        .setAcceptedMs(1_000)));
    }

    void deliver(String peer, Placed... placed) {
        say(Frame.newBuilder()
                .setDeliver(
                        Deliver.newBuilder().setConversation(conversation(peer)).addAllPlaced(List.of(placed))));
    }

    /** A message with a made-up id and {@code text} from {@code sender}. */
    static Placed placed(long position, long prev, String sender, String text) {
        return placed(position, prev, sender, text, "018f0000-0000-7000-8000-" + String.format("%012d", position));
    }

    static Placed placed(long position, long prev, String sender, String text, String messageId) {
        return Placed.newBuilder()
                .setPosition(position)
                .setPrev(prev)
                .setEnvelope(Envelope.newBuilder()
                        .setMessageId(messageId)
                        .setSender(sender)
                        .setSenderDevice("d")
                        .setAcceptedMs(1_000)
                        .setContentType("text/plain")
                        .setText(text))
                .build();
    }

    static Conversation conversation(String peer) {
        return Conversation.newBuilder().setPeer(peer).build();
    }

    void close(int code, boolean reconnect) {
        close(Close.newBuilder().setCode(code).setReconnect(reconnect));
    }

    /** Says Close and closes the socket. */
    void close(Close.Builder close) {
        say(Frame.newBuilder().setClose(close));
        hangUp();
    }

    /** Closes the socket, saying nothing. */
    void hangUp() {
        channel.close();
    }

    void say(Frame.Builder frame) {
        channel.writeAndFlush(wire.encode(frame.build(), channel.alloc()));
    }

    void sayBytes(byte... bytes) {
        channel.writeAndFlush(Unpooled.wrappedBuffer(bytes));
    }

    /** Ping frames that came in. */
    int pings() {
        return pings.get();
    }

    /** WebSocket pongs that came in. */
    int pongs() {
        return pongs.get();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    private void received(ByteBuf body) throws ProtocolException {
        Frame frame = wire.parse(body);
        if (!frame.hasPing()) {
            received.add(frame);
            return;
        }
        pings.incrementAndGet();
        if (!mute) {
            say(Frame.newBuilder().setRef(frame.getRef()).setPong(Pong.getDefaultInstance()));
        }
    }

    /** Frames from TCP. */
    static final class TcpHandler extends ByteToMessageDecoder {
        private final FakePeer peer;

        TcpHandler(FakePeer peer) {
            this.peer = peer;
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
            ByteBuf body = TcpCodec.tryDecode(in, Limits.FRAME_BYTES);
            while (body != null) {
                peer.received(body);
                body = TcpCodec.tryDecode(in, Limits.FRAME_BYTES);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }

    /** The upgrade, read by hand, and then frames from WebSocket messages. */
    static final class WebSocketHandler extends ByteToMessageDecoder {
        private final FakePeer peer;
        private final UnaryOperator<String> upgradeAnswer;
        private final WebSocketCodec codec;
        private boolean upgraded;

        WebSocketHandler(FakePeer peer, UnaryOperator<String> upgradeAnswer) {
            this.peer = peer;
            this.upgradeAnswer = upgradeAnswer;
            this.codec = peer.wire == JsonWire.SERVER
                    ? new WebSocketCodec(
                            WebSocketCodec.Role.SERVER, WebSocketCodec.Accepts.TEXT, Limits.JSON_FRAME_BYTES)
                    : new WebSocketCodec(WebSocketCodec.Role.SERVER, Limits.FRAME_BYTES);
        }

        @Override
        protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws Exception {
            if (!upgraded) {
                upgrade(ctx, in);
                return;
            }
            WebSocketEvent event = codec.tryDecode(in, ctx.alloc());
            while (event != null) {
                if (event instanceof WebSocketEvent.Message message) {
                    peer.received(message.payload());
                } else if (event instanceof WebSocketEvent.Pong) {
                    peer.pongs.incrementAndGet();
                } else if (event instanceof WebSocketEvent.Close) {
                    ctx.close();
                }
                event = codec.tryDecode(in, ctx.alloc());
            }
        }

        private void upgrade(ChannelHandlerContext ctx, ByteBuf in) {
            String request = in.toString(StandardCharsets.US_ASCII);
            if (!request.endsWith("\r\n\r\n")) {
                return;
            }
            in.skipBytes(in.readableBytes());
            upgraded = true;
            assertThat(request).startsWith("GET /v1/ws HTTP/1.1\r\n");
            String answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Protocol: " + header(request, "sec-websocket-protocol") + "\r\n"
                    + "Sec-WebSocket-Accept: "
                    + WebSocketCodec.acceptKey(header(request, "sec-websocket-key"))
                    + "\r\n\r\n";
            byte[] bytes = upgradeAnswer.apply(answer).getBytes(StandardCharsets.US_ASCII);
            ctx.writeAndFlush(Unpooled.wrappedBuffer(bytes));
        }

        private static String header(String request, String name) {
            for (String line : request.split("\r\n", -1)) {
                if (line.toLowerCase(Locale.ROOT).startsWith(name + ":")) {
                    return line.substring(name.length() + 1).trim();
                }
            }
            throw new AssertionError("no " + name + " in " + request);
        }

        @Override
        protected void handlerRemoved0(ChannelHandlerContext ctx) {
            codec.release();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
