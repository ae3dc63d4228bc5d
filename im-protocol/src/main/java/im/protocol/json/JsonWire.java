package im.protocol.json;

import com.google.protobuf.InvalidProtocolBufferException;
import im.protocol.ConversationName;
import im.protocol.Limits;
import im.protocol.codec.Framing;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.WebSocketCodec;
import im.protocol.codec.Wire;
import im.protocol.v1.Deliver;
import im.protocol.v1.Frame;
import im.protocol.v1.Placed;
import im.protocol.v1.SyncPage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;

/**
 * A frame is one text message. Costs several times what the binary form does, in time and in bytes: made for browsers,
 * scripts and people, not for load. Reading takes heap of three times the bytes of a long text and at most some fifty
 * times the bytes of a frame (a list of empty objects); writing about five times what is written.
 */
public final class JsonWire implements Wire {
    public static final JsonWire SERVER = new JsonWire(Framing.WEBSOCKET_SERVER);
    public static final JsonWire CLIENT = new JsonWire(Framing.WEBSOCKET_CLIENT);
    /** A frame is a line of text, in either direction. */
    public static final JsonWire LINES = new JsonWire(Framing.LINE);

    /**
     * A control character takes one byte in protobuf and six here, the worst there is: what fits this budget fits {@link
     * Limits#JSON_FRAME_BYTES}, the rest is for what surrounds the messages.
     */
    private static final int PLACED_BUDGET = (Limits.JSON_FRAME_BYTES - 4 * 1024) / 6;

    private final Framing framing;

    private JsonWire(Framing framing) {
        this.framing = framing;
    }

    /** Whether jackson-core is there. */
    public static boolean isAvailable() {
        try {
            Class.forName("tools.jackson.core.json.JsonFactory", false, JsonWire.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @Override
    public ByteBuf encode(Frame frame, ByteBufAllocator alloc) {
        return WebSocketCodec.encode(
                WebSocketCodec.TEXT, Unpooled.wrappedBuffer(JsonWriter.write(frame)), framing, alloc);
    }

    @Override
    public ByteBuf encodeDeliver(
            ConversationName conversation,
            List<byte[]> placed,
            boolean catchingUp,
            long truncatedUpTo,
            ByteBufAllocator alloc) {
        Deliver deliver = Deliver.newBuilder()
                .setConversation(conversation.onWire())
                .addAllPlaced(parsed(placed))
                .setCatchingUp(catchingUp)
                .setTruncatedUpTo(truncatedUpTo)
                .build();
        return encode(Frame.newBuilder().setDeliver(deliver).build(), alloc);
    }

    @Override
    public ByteBuf encodeSyncPage(PageHead head, List<byte[]> placed, ByteBufAllocator alloc) {
        SyncPage page = SyncPage.newBuilder()
                .setConversation(head.conversation().onWire())
                .addAllPlaced(parsed(placed))
                .setMore(head.more())
                .setTruncated(head.truncated())
                .setFirstHeld(head.firstHeld())
                .setHead(head.head())
                .setCompleteUpTo(head.completeUpTo())
                .build();
        return encode(Frame.newBuilder().setRef(head.ref()).setSyncPage(page).build(), alloc);
    }

    private static List<Placed> parsed(List<byte[]> placed) {
        List<Placed> messages = new ArrayList<>(placed.size());
        for (byte[] bytes : placed) {
            try {
                messages.add(Placed.parseFrom(bytes));
            } catch (InvalidProtocolBufferException e) {
                throw new IllegalArgumentException("not an im.v1.Placed: length=" + bytes.length, e);
            }
        }
        return messages;
    }

    @Override
    public Frame parse(ByteBuf body) throws ProtocolException {
        return JsonReader.read(body);
    }

    @Override
    public int frameBytes() {
        return Limits.JSON_FRAME_BYTES;
    }

    @Override
    public int placedBudget() {
        return PLACED_BUDGET;
    }

    @Override
    public String toString() {
        return "JSON " + framing;
    }
}
