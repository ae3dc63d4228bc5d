package im.bench.load;

import com.google.protobuf.ByteString;
import im.protocol.Limits;
import im.protocol.MessageId;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.TcpCodec;
import im.protocol.v1.Ack;
import im.protocol.v1.Close;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Deliver;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.NewDevice;
import im.protocol.v1.Ping;
import im.protocol.v1.Placed;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.protocol.v1.Versions;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One connection of one device, which talks with one peer or in groups and acknowledges whatever it is given, once a read. Event loop only. */
final class Client extends ChannelInboundHandlerAdapter {
    /** With a number in its lower half it is the id of a message of this run. */
    private static final long ID_LOW = 0x8000_0000_0000_0000L;

    private final Clients clients;
    private final int place;
    private final String uid;
    private final Conversation peer;
    private final String token;
    private final long connectNanos;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf held;
    private final Map<Conversation, Received> received = new HashMap<>();
    private final List<Received> toAcknowledge = new ArrayList<>(1);
    private boolean afterFailure;
    private boolean wroteSends;
    private boolean live;
    private boolean comesAgain;
    private long lastWriteNanos;

    /** How far one conversation was delivered to it. */
    private static final class Received {
        final Conversation conversation;
        long highest;
        boolean unacknowledged;

        Received(Conversation conversation) {
            this.conversation = conversation;
        }
    }

    /** @param place its number among the clients */
    Client(Clients clients, int place, String uid, String peer, String token, long connectNanos) {
        this.clients = clients;
        this.place = place;
        this.uid = uid;
        this.peer = Conversation.newBuilder().setPeer(peer).build();
        this.token = token;
        this.connectNanos = connectNanos;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        write(Frame.newBuilder()
                .setRef(1)
                .setHello(Hello.newBuilder()
                        .setVersions(Versions.newBuilder().setOldest(1).setNewest(1))
                        .setToken(token)
                        .setDevice("bench")
                        .setNewDevice(NewDevice.FROM_HEADS)
                        .addFeatures(Feature.GROUPS)
                        .setAttempt(System.currentTimeMillis())
                        .setClient("im-bench"))
                .build());
        ctx.flush();
    }

    private void write(Frame frame) {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            lastWriteNanos = System.nanoTime();
            ctx.write(BinaryWire.TCP.encode(frame, ctx.alloc()), ctx.voidPromise());
        }
    }

    /** Written, and sent with the next {@link #flushSends}. */
    void send(long number, long idHigh, @Nullable Conversation group, ByteString payload) {
        write(Frame.newBuilder()
                .setRef(number)
                .setSend(Send.newBuilder()
                        .setMessageId(new MessageId(idHigh, ID_LOW | number).toString())
                        .setConversation(group == null ? peer : group)
                        .setContentType("application/octet-stream")
                        .setData(payload)
                        .setFirst(afterFailure))
                .build());
        afterFailure = false;
        wroteSends = true;
    }

    /** Changes a group's membership; written like {@link #send}. */
    void change(long number, long idHigh, Conversation group, MembershipChange change) {
        write(Frame.newBuilder()
                .setRef(number)
                .setSend(Send.newBuilder()
                        .setMessageId(new MessageId(idHigh, ID_LOW | number).toString())
                        .setConversation(group)
                        .setMembership(change))
                .build());
        wroteSends = true;
    }

    void flushSends() {
        if (wroteSends && context != null) {
            wroteSends = false;
            context.flush();
        }
    }

    void pingIfIdle(long nowNanos, long idleNanos) {
        if (live && nowNanos - lastWriteNanos > idleNanos && context != null) {
            write(Frame.newBuilder().setPing(Ping.getDefaultInstance()).build());
            context.flush();
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws ProtocolException {
        ByteBuf in = (ByteBuf) message;
        ByteBuf rest = held;
        if (rest != null) {
            rest.discardReadBytes().writeBytes(in);
            in.release();
            in = rest;
            held = null;
        }
        for (ByteBuf body = next(in); body != null; body = next(in)) {
            take(BinaryWire.TCP.parse(body));
        }
        if (in.isReadable()) {
            held = in;
        } else {
            in.release();
        }
    }

    private static @Nullable ByteBuf next(ByteBuf in) throws ProtocolException {
        return TcpCodec.tryDecode(in, 2 * Limits.FRAME_BYTES);
    }

    private void take(Frame frame) {
        switch (frame.getBodyCase()) {
            case DELIVER -> delivered(frame.getDeliver());
            case SEND_RESULT -> answered(frame.getRef(), frame.getSendResult());
            case WELCOME ->
                clients.welcomed(
                        System.nanoTime() - connectNanos, frame.getWelcome().getHeartbeatMs());
            case CAUGHT_UP -> {
                if (!live) {
                    live = true;
                    clients.arrived(place, System.nanoTime() - connectNanos);
                }
            }
            case CLOSE -> closed(frame.getClose());
            default -> {}
        }
    }

    /** A server that is short of something when all come at once asks to come again. */
    private void closed(Close close) {
        if (live || !close.getReconnect()) {
            clients.failed(close.getCode() + " " + close.getText());
        } else {
            comesAgain = true;
        }
    }

    private void answered(long number, SendResult result) {
        if (result.getCode() == Code.OK) {
            clients.accepted(number);
        } else {
            afterFailure = true;
            clients.refused(number, result.getCode());
        }
    }

    private void delivered(Deliver deliver) {
        Received conversation = received.computeIfAbsent(deliver.getConversation(), Received::new);
        if (!conversation.unacknowledged) {
            conversation.unacknowledged = true;
            toAcknowledge.add(conversation);
        }
        for (Placed placed : deliver.getPlacedList()) {
            if (placed.getPosition() <= conversation.highest) {
                continue; // again, and counted before
            }
            conversation.highest = placed.getPosition();
            MessageId id = MessageId.parse(placed.getEnvelope().getMessageId());
            if (id != null && !placed.getEnvelope().getSender().equals(uid)) {
                clients.delivered(id.high(), id.low() & ~ID_LOW);
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        if (!toAcknowledge.isEmpty()) {
            Ack.Builder ack = Ack.newBuilder();
            for (Received conversation : toAcknowledge) {
                conversation.unacknowledged = false;
                ack.addCursors(Cursor.newBuilder()
                        .setConversation(conversation.conversation)
                        .setPosition(conversation.highest));
            }
            toAcknowledge.clear();
            write(Frame.newBuilder().setAck(ack).build());
            ctx.flush();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ByteBuf rest = held;
        if (rest != null) {
            rest.release();
            held = null;
        }
        context = null;
        if (live) {
            live = false;
            clients.left(place);
        } else {
            clients.turnedAway(place, comesAgain);
        }
    }

    void leave() {
        if (context != null) {
            context.close();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        clients.failed(cause.toString());
        ctx.close();
    }
}
