package im.testkit.client;

import static im.testkit.Patience.PATIENCE;

import com.google.protobuf.ByteString;
import im.protocol.CloseReason;
import im.protocol.codec.BinaryWire;
import im.protocol.codec.Framing;
import im.protocol.codec.WebSocketCodec;
import im.protocol.codec.Wire;
import im.protocol.json.JsonWire;
import im.protocol.v1.Ack;
import im.protocol.v1.Close;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Frame;
import im.protocol.v1.Frame.BodyCase;
import im.protocol.v1.Hello;
import im.protocol.v1.NewDevice;
import im.protocol.v1.Resume;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.protocol.v1.Versions;
import im.protocol.v1.Welcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One socket that sends any frame and keeps what arrives until it is asked for. It answers nothing by itself, neither
 * pings nor closes. One thread at a time; a thread of its own reads.
 */
public final class RawClient implements AutoCloseable {
    private final Closeable connection;
    private final Wire wire;
    private final OutputStream out;
    private final List<Frame> inbox = new ArrayList<>();
    private final FrameReader reader;
    private Welcome welcome = Welcome.getDefaultInstance();
    private long refs;
    private boolean ended;
    private int webSocketClose;
    private @Nullable Close close;

    private RawClient(Closeable connection, Wire wire, InputStream in, OutputStream out) {
        this.connection = connection;
        this.wire = wire;
        this.out = out;
        this.reader = new FrameReader(in, wire, this::arrived, this::closeFrame);
        Thread thread = new Thread(this::read, "raw-client");
        thread.setDaemon(true);
        thread.start();
    }

    private static RawClient on(Socket socket, Wire wire) throws IOException {
        return new RawClient(socket, wire, socket.getInputStream(), socket.getOutputStream());
    }

    /** Opens a socket, and on {@code ws://} the WebSocket on it; on {@code http://} it polls. */
    public static RawClient connect(URI url) throws IOException {
        if (url.getScheme().equals("http")) {
            return polling(url, BinaryWire.TCP);
        }
        Socket socket = socket(url);
        boolean webSocket = url.getScheme().equals("ws");
        if (webSocket) {
            WebSocketUpgrade.perform(socket, url, "im.v1.proto");
        }
        return on(socket, webSocket ? BinaryWire.WEBSOCKET_CLIENT : BinaryWire.TCP);
    }

    private static RawClient polling(URI url, Wire wire) {
        PollPipe pipe = new PollPipe(url, wire == JsonWire.LINES);
        return new RawClient(pipe, wire, pipe.input(), pipe.output());
    }

    /** Opens a WebSocket of {@code im.v1.json}; on {@code http://} it polls in lines of JSON. */
    public static RawClient connectJson(URI url) throws IOException {
        if (url.getScheme().equals("http")) {
            return polling(url, JsonWire.LINES);
        }
        Socket socket = socket(url);
        WebSocketUpgrade.perform(socket, url, "im.v1.json");
        return on(socket, JsonWire.CLIENT);
    }

    private static Socket socket(URI url) throws IOException {
        Socket socket = new Socket(url.getHost(), url.getPort());
        socket.setTcpNoDelay(true);
        return socket;
    }

    /** A Hello of a device that starts at the first message held and brings no cursors. */
    public static Hello.Builder hello(String token, String device) {
        return Hello.newBuilder()
                .setVersions(Versions.newBuilder().setOldest(1).setNewest(1))
                .setToken(token)
                .setDevice(device)
                .setNewDevice(NewDevice.FROM_FIRST_HELD)
                .setAttempt(System.currentTimeMillis())
                .setClient("raw");
    }

    /** How a connection begins: {@link #connect} or {@link #connectJson}. */
    public interface Opening {
        RawClient open() throws IOException;
    }

    /** {@link #connect}, and {@link #welcomed(Opening, Hello)} with {@link #hello}. */
    public static RawClient welcomed(URI url, String token, String device) throws IOException {
        return welcomed(url, hello(token, device).build());
    }

    /** {@link #connect}, and {@link #welcomed(Opening, Hello)}. */
    public static RawClient welcomed(URI url, Hello hello) throws IOException {
        return welcomed(() -> connect(url), hello);
    }

    /**
     * Opens, says that, and takes the Welcome out of the inbox. A node that cannot tell who is where for the moment, as
     * after it stood still, asks for another try, and is given it as by any client: with the next attempt.
     */
    public static RawClient welcomed(Opening opening, Hello hello) throws IOException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (long attempt = hello.getAttempt(); ; attempt++) {
            RawClient client = opening.open();
            client.say(hello.toBuilder().setAttempt(attempt).build());
            Frame answer = client.await(
                    frame -> frame.getBodyCase() == BodyCase.WELCOME || frame.getBodyCase() == BodyCase.CLOSE,
                    "WELCOME");
            if (answer.getBodyCase() == BodyCase.WELCOME) {
                client.welcome = answer.getWelcome();
                return client;
            }
            client.close();
            Close refusal = answer.getClose();
            if (refusal.getCode() != CloseReason.OVERLOADED.code() || System.nanoTime() > deadline) {
                throw new AssertionError("not welcome: " + refusal);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(refusal.getRetryAfterMs()));
        }
    }

    /** Says that on a connection which has said nothing yet, and takes the Welcome out of the inbox. */
    public Welcome handshake(Hello hello) throws IOException {
        say(hello);
        Welcome answer = await(BodyCase.WELCOME).getWelcome();
        welcome = answer;
        return answer;
    }

    private void say(Hello hello) throws IOException {
        send(Frame.newBuilder().setRef(nextRef()).setHello(hello).build());
    }

    /** What the Hello was answered. */
    public Welcome welcome() {
        return welcome;
    }

    public long nextRef() {
        return ++refs;
    }

    public void send(Frame frame) throws IOException {
        ByteBuf bytes = wire.encode(frame, UnpooledByteBufAllocator.DEFAULT);
        try {
            bytes.readBytes(out, bytes.readableBytes());
            out.flush();
        } finally {
            bytes.release();
        }
    }

    /** Several frames in one write. */
    public void sendTogether(List<Frame> frames) throws IOException {
        ByteBuf all = Unpooled.buffer();
        for (Frame frame : frames) {
            ByteBuf bytes = wire.encode(frame, UnpooledByteBufAllocator.DEFAULT);
            all.writeBytes(bytes);
            bytes.release();
        }
        out.write(all.array(), all.arrayOffset(), all.readableBytes());
        out.flush();
    }

    /** A WebSocket message with any payload. */
    public void sendMessage(int opcode, byte[] payload) throws IOException {
        ByteBuf bytes = WebSocketCodec.encode(
                opcode, Unpooled.wrappedBuffer(payload), Framing.WEBSOCKET_CLIENT, UnpooledByteBufAllocator.DEFAULT);
        try {
            bytes.readBytes(out, bytes.readableBytes());
            out.flush();
        } finally {
            bytes.release();
        }
    }

    /** Bytes as they are, with no framing. */
    public void sendBytes(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    /** A Send frame with a text. */
    public Frame text(String messageId, String peer, String text) {
        return text(messageId, peer, text, false);
    }

    public Frame text(String messageId, String peer, String text, boolean first) {
        Send.Builder send = Send.newBuilder()
                .setMessageId(messageId)
                .setConversation(peer(peer))
                .setContentType("text/plain")
                .setText(text)
                .setFirst(first);
        return Frame.newBuilder().setRef(nextRef()).setSend(send).build();
    }

    /** A Send frame with bytes. */
    public Frame data(String messageId, String peer, byte[] data) {
        Send.Builder send = Send.newBuilder()
                .setMessageId(messageId)
                .setConversation(peer(peer))
                .setContentType("application/octet-stream")
                .setData(ByteString.copyFrom(data));
        return Frame.newBuilder().setRef(nextRef()).setSend(send).build();
    }

    /** Sends and waits for the answer to that ref. */
    public SendResult sendAndAwait(Frame send) throws IOException {
        send(send);
        return result(send.getRef());
    }

    /** Asks for a page of the conversation with that peer, and waits for it. */
    public SyncPage page(String peer, Sync.Builder sync) throws IOException {
        long ref = nextRef();
        send(Frame.newBuilder()
                .setRef(ref)
                .setSync(sync.setConversation(peer(peer)))
                .build());
        return await(frame -> frame.getRef() == ref && frame.hasSyncPage(), "the page")
                .getSyncPage();
    }

    public SendResult result(long ref) {
        return await(
                        frame -> frame.getRef() == ref && frame.getBodyCase() == BodyCase.SEND_RESULT,
                        "the result of ref " + ref)
                .getSendResult();
    }

    public void ack(String peer, long position) throws IOException {
        send(Frame.newBuilder()
                .setAck(Ack.newBuilder().addCursors(cursor(peer, position)))
                .build());
    }

    /** The client's cursors, last frame of them. */
    public void resume(Cursor... cursors) throws IOException {
        send(Frame.newBuilder()
                .setResume(Resume.newBuilder().addAllCursors(List.of(cursors)).setLast(true))
                .build());
    }

    public static Cursor cursor(String peer, long position) {
        return Cursor.newBuilder()
                .setConversation(peer(peer))
                .setPosition(position)
                .build();
    }

    public static Conversation peer(String uid) {
        return Conversation.newBuilder().setPeer(uid).build();
    }

    /** The first frame of that kind that has arrived, or arrives; it leaves the inbox, others stay. */
    public Frame await(BodyCase kind) {
        return await(frame -> frame.getBodyCase() == kind, kind.toString());
    }

    public Frame await(Predicate<Frame> fits, String what) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (inbox) {
            while (true) {
                for (int i = 0; i < inbox.size(); i++) {
                    if (fits.test(inbox.get(i))) {
                        return inbox.remove(i);
                    }
                }
                if (ended || System.nanoTime() > deadline) {
                    throw new AssertionError(
                            (ended ? "connection ended" : "waited in vain") + " for " + what + ", inbox " + inbox);
                }
                waitForNews();
            }
        }
    }

    /** What has arrived and was not asked for. */
    public List<Frame> inbox() {
        synchronized (inbox) {
            return List.copyOf(inbox);
        }
    }

    /** Waits for the end of the connection; the Close frame before it, if there was one. */
    public @Nullable Close awaitEnd() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        synchronized (inbox) {
            while (!ended) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("connection is still open, inbox " + inbox);
                }
                waitForNews();
            }
            return close;
        }
    }

    /** The Close frame that has come, if one has. */
    public @Nullable Close closed() {
        synchronized (inbox) {
            return close;
        }
    }

    /** {@link #awaitEnd} where a Close frame must have come. */
    public Close awaitClose() {
        Close last = awaitEnd();
        if (last == null) {
            throw new AssertionError("connection ended without a Close frame");
        }
        return last;
    }

    /** The code of the WebSocket close frame; 0 when there was none. */
    public int webSocketCloseCode() {
        synchronized (inbox) {
            return webSocketClose;
        }
    }

    private void waitForNews() {
        try {
            inbox.wait(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private void read() {
        try {
            reader.readToEnd();
        } finally {
            synchronized (inbox) {
                ended = true;
                inbox.notifyAll();
            }
        }
    }

    private void arrived(Frame frame) {
        synchronized (inbox) {
            if (frame.getBodyCase() == BodyCase.CLOSE) {
                close = frame.getClose();
            }
            inbox.add(frame);
            inbox.notifyAll();
        }
    }

    /** Answered, as RFC 6455 asks: the server waits for it before it ends the socket. */
    private void closeFrame(int code) {
        synchronized (inbox) {
            webSocketClose = code;
        }
        ByteBuf answer =
                WebSocketCodec.encodeClose(code, "", Framing.WEBSOCKET_CLIENT, UnpooledByteBufAllocator.DEFAULT);
        try {
            answer.readBytes(out, answer.readableBytes());
        } catch (IOException e) {
            // It was in a hurry; there is nobody left to answer.
        } finally {
            answer.release();
        }
    }

    /** Resets the connection. */
    public void abort() throws IOException {
        if (connection instanceof Socket socket) {
            socket.setSoLinger(true, 0);
        }
        connection.close();
    }

    @Override
    public void close() throws IOException {
        connection.close();
    }
}
