package im.protocol.codec;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import im.protocol.CloseReason;
import im.protocol.ConversationName;
import im.protocol.Limits;
import im.protocol.codec.Wire.PageHead;
import im.protocol.v1.Frame;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Frames as bytes. {@code encode…} sizes first, then writes header and body into one buffer of exactly that size, which
 * belongs to the caller with reference count 1. That buffer is all that {@link #encodeDeliver} and {@link
 * #encodeSyncPage} allocate; {@link #encode} adds protobuf's stream, about 200 bytes of heap. {@link #parse} makes the
 * frame, protobuf's builders and a reader: about 1 KB for a short message.
 */
public final class FrameCodec {
    /**
     * Most that a Deliver or SyncPage body adds to the {@link #placedFieldSize} of what it carries, for a conversation
     * that is named by a valid id.
     */
    public static final int PLACED_OVERHEAD = 128;

    /** Up to here a copy costs less than protobuf's reader for direct memory does. */
    private static final int SMALL = 1_024;

    private static final int REF = 0x08;
    private static final int DELIVER = 0x32;
    private static final int SYNC_PAGE = 0x4a;
    private static final int CONVERSATION = 0x0a;
    private static final int PEER = 0x0a;
    private static final int GROUP = 0x12;
    private static final int PLACED = 0x12;
    /** {@code Deliver.catching_up} and {@code SyncPage.more} have the same number. */
    private static final int FLAG = 0x18;

    private static final int TRUNCATED_UP_TO = 0x20;
    private static final int TRUNCATED = 0x20;
    private static final int FIRST_HELD = 0x28;
    private static final int HEAD = 0x30;
    private static final int COMPLETE_UP_TO = 0x38;

    /** Unknown fields are dropped while reading: kept, a frame full of them would take many times its size. */
    private static final Parser<Frame> PARSER = DiscardUnknownFieldsParser.wrap(Frame.parser());

    private FrameCodec() {}

    /**
     * Reads one frame from all readable bytes of {@code body}, whose indices and reference count stay as they are.
     * Unknown fields are ignored; a frame with an unknown body has {@code BODY_NOT_SET}. The frame shares nothing with
     * the buffer.
     *
     * @throws ProtocolException with {@link CloseReason#MALFORMED}: truncated, of a wrong wire type, not UTF-8 where
     *     text is expected, or nested deeper than {@link Limits#NESTING}
     */
    public static Frame parse(ByteBuf body) throws ProtocolException {
        if (!WireTypes.fit(body)) {
            throw new ProtocolException(CloseReason.MALFORMED, "not a frame");
        }
        CodedInputStream in = input(body);
        // Nothing that fits the schema's wire types comes near; the limit stands whatever is let through above.
        in.setRecursionLimit(Limits.NESTING);
        try {
            return PARSER.parseFrom(in);
        } catch (InvalidProtocolBufferException e) {
            throw new ProtocolException(CloseReason.MALFORMED, "not a frame");
        }
    }

    private static CodedInputStream input(ByteBuf body) {
        if (body.hasArray()) {
            int offset = body.arrayOffset() + body.readerIndex();
            return CodedInputStream.newInstance(body.array(), offset, body.readableBytes());
        }
        if (body.readableBytes() <= SMALL) {
            return CodedInputStream.newInstance(ByteBufUtil.getBytes(body));
        }
        return CodedInputStream.newInstance(body.nioBuffer());
    }

    /** The whole frame with its TCP length or WebSocket header. */
    public static ByteBuf encode(Frame frame, Framing framing, ByteBufAllocator alloc) {
        int size = frame.getSerializedSize();
        ByteBuf out = framing.begin(WebSocketCodec.BINARY, size, alloc);
        try {
            write(frame, size, out);
        } catch (IOException e) {
            out.release();
            throw new IllegalStateException("frame does not have the size it stated: size=" + size, e);
        }
        return framing.end(out, size);
    }

    private static void write(Frame frame, int size, ByteBuf out) throws IOException {
        int start = out.writerIndex();
        CodedOutputStream stream;
        if (out.hasArray()) {
            stream = CodedOutputStream.newInstance(out.array(), out.arrayOffset() + start, size);
        } else {
            ByteBuffer target = out.internalNioBuffer(start, size);
            stream = CodedOutputStream.newInstance(target);
        }
        frame.writeTo(stream);
        stream.flush();
        stream.checkNoSpaceLeft();
        out.writerIndex(start + size);
    }

    /**
     * The Deliver frame of already encoded {@code im.v1.Placed}, which are copied and not looked into: byte for byte
     * what {@link #encode} gives for the equal Frame.
     */
    public static ByteBuf encodeDeliver(
            ConversationName conversation,
            List<byte[]> placed,
            boolean catchingUp,
            long truncatedUpTo,
            Framing framing,
            ByteBufAllocator alloc) {
        int idLength = ByteBufUtil.utf8Bytes(conversation.id());
        int inner = conversationSize(idLength) + placedSize(placed) + (catchingUp ? 2 : 0) + numberSize(truncatedUpTo);
        int body = 1 + Varint.size(inner) + inner;
        ByteBuf out = framing.begin(WebSocketCodec.BINARY, body, alloc);
        out.writeByte(DELIVER);
        Varint.write(out, inner);
        writeConversation(out, conversation, idLength);
        writePlaced(out, placed);
        writeFlag(out, FLAG, catchingUp);
        writeNumber(out, TRUNCATED_UP_TO, truncatedUpTo);
        return framing.end(out, body);
    }

    /** The SyncPage frame of already encoded {@code im.v1.Placed}; otherwise like {@link #encodeDeliver}. */
    public static ByteBuf encodeSyncPage(PageHead page, List<byte[]> placed, Framing framing, ByteBufAllocator alloc) {
        int idLength = ByteBufUtil.utf8Bytes(page.conversation().id());
        int inner = conversationSize(idLength)
                + placedSize(placed)
                + (page.more() ? 2 : 0)
                + (page.truncated() ? 2 : 0)
                + numberSize(page.firstHeld())
                + numberSize(page.head())
                + numberSize(page.completeUpTo());
        int body = numberSize(page.ref()) + 1 + Varint.size(inner) + inner;
        ByteBuf out = framing.begin(WebSocketCodec.BINARY, body, alloc);
        writeNumber(out, REF, page.ref());
        out.writeByte(SYNC_PAGE);
        Varint.write(out, inner);
        writeConversation(out, page.conversation(), idLength);
        writePlaced(out, placed);
        writeFlag(out, FLAG, page.more());
        writeFlag(out, TRUNCATED, page.truncated());
        writeNumber(out, FIRST_HELD, page.firstHeld());
        writeNumber(out, HEAD, page.head());
        writeNumber(out, COMPLETE_UP_TO, page.completeUpTo());
        return framing.end(out, body);
    }

    /**
     * Bytes that a Placed of this length takes in the body of a Deliver or SyncPage. The sum of them and {@link
     * #PLACED_OVERHEAD} bounds the body, and has to stay within {@link Wire#placedBudget()}.
     */
    public static int placedFieldSize(int placedLength) {
        return 1 + Varint.size(placedLength) + placedLength;
    }

    private static int placedSize(List<byte[]> placed) {
        int size = 0;
        for (int i = 0; i < placed.size(); i++) {
            size += placedFieldSize(placed.get(i).length);
        }
        return size;
    }

    private static void writePlaced(ByteBuf out, List<byte[]> placed) {
        for (int i = 0; i < placed.size(); i++) {
            byte[] bytes = placed.get(i);
            out.writeByte(PLACED);
            Varint.write(out, bytes.length);
            out.writeBytes(bytes);
        }
    }

    private static int conversationSize(int idLength) {
        int inner = 1 + Varint.size(idLength) + idLength;
        return 1 + Varint.size(inner) + inner;
    }

    private static void writeConversation(ByteBuf out, ConversationName conversation, int idLength) {
        out.writeByte(CONVERSATION);
        Varint.write(out, 1 + Varint.size(idLength) + idLength);
        out.writeByte(conversation.group() ? GROUP : PEER);
        Varint.write(out, idLength);
        ByteBufUtil.reserveAndWriteUtf8(out, conversation.id(), idLength);
    }

    private static void writeFlag(ByteBuf out, int tag, boolean flag) {
        if (flag) {
            out.writeByte(tag).writeByte(1);
        }
    }

    private static int numberSize(long value) {
        return value == 0 ? 0 : 1 + Varint.size(value);
    }

    private static void writeNumber(ByteBuf out, int tag, long value) {
        if (value != 0) {
            out.writeByte(tag);
            Varint.write(out, value);
        }
    }
}
