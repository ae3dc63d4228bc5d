package im.client.internal.transport;

import im.client.internal.transport.PollLane.Answer;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.TcpCodec;
import im.protocol.codec.Wire;
import im.protocol.v1.Code;
import im.protocol.v1.Frame;
import im.protocol.v1.SendResult;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A poll session (docs/protocol.md, Long polling): one lane always has a poll waiting, the other carries our frames and
 * hears whether they were taken. A request that fails is repeated, with the number it had, a few times, and one that is
 * put off for as long as it is. Then, or when the gateway does not know the session any more or will never take the
 * request, the link has ended. Event loop only.
 */
final class PollLink implements Link {
    private static final String SESSION = "Im-Session";
    private static final String REQUEST = "Im-Request";
    private static final String ANSWER = "Im-Answer";
    private static final String WAIT = "Im-Wait";

    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int REQUEST_TIMEOUT = 408;
    private static final int GONE = 410;
    private static final int TOO_MANY = 429;
    private static final int SERVER_ERROR = 500;
    private static final int UNAVAILABLE = 503;

    private static final int HIGH_WATER_BYTES = 64 * 1024;
    private static final int MAX_FAILURES = 4;
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long MAX_PAUSE_MILLIS = 1_000;
    private static final long GOODBYE_MILLIS = 1_000;
    private static final long TAKING_MILLIS = 10_000;
    /** Before Welcome tells the heartbeat; whoever dials bounds how long that takes. */
    private static final long FIRST_ANSWER_MILLIS = 60_000;

    private final EventLoop loop;
    private final Endpoint endpoint;
    private final LinkListener listener;
    private final Wire wire;
    private final PollLane down;
    private final PollLane up;
    private final ArrayDeque<byte[]> queue = new ArrayDeque<>();

    private InetAddress[] addresses = {};
    private int address;
    private @Nullable LinkEnd end;
    private String session = "";
    /** Numbers of our frames that are under way, and of the last answer that has come. */
    private long request;

    private long answer;
    private byte @Nullable [] batch;
    private int queuedBytes;
    private boolean full;
    private final Trouble downTrouble = new Trouble();
    private final Trouble upTrouble = new Trouble();
    private int upRefusals;
    private boolean pumping;
    private boolean reading = true;
    private boolean open;
    private boolean closing;
    private boolean told;
    private long answerMillis = FIRST_ANSWER_MILLIS;

    PollLink(EventLoop loop, Dialer dialer, Endpoint endpoint, LinkListener listener) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.listener = listener;
        this.wire = endpoint.wire();
        this.down = new PollLane(loop, dialer, endpoint, new PollLane.Hearing() {
            @Override
            public void answered(Answer heard) {
                polled(heard);
            }

            @Override
            public void failed(Throwable cause) {
                pollFailed(cause);
            }
        });
        this.up = new PollLane(loop, dialer, endpoint, new PollLane.Hearing() {
            @Override
            public void answered(Answer heard) {
                tellingHeard(heard);
            }

            @Override
            public void failed(Throwable cause) {
                again(upTrouble, cause);
            }
        });
    }

    // Opening

    /** The host has these addresses; the first that takes a socket is used. */
    void found(InetAddress[] hosts) {
        addresses = hosts;
        connect();
    }

    private void connect() {
        if (told) {
            return;
        }
        down.connect(addresses[address]).addListener((ChannelFutureListener) done -> {
            if (told) {
                done.channel().close();
            } else if (done.isSuccess()) {
                open = true;
                listener.opened();
            } else if (address + 1 < addresses.length) {
                address++;
                connect();
            } else {
                failed(done.cause());
            }
        });
    }

    void failed(Throwable cause) {
        abort(LinkEnd.of(cause));
    }

    // Frames out

    @Override
    public void write(Frame frame) {
        if (!open || closing) {
            return;
        }
        byte[] bytes = encoded(frame);
        if (bytes.length > Limits.POLL_BYTES && frame.hasSend()) {
            loop.execute(() -> tooLarge(frame));
        } else {
            enqueue(bytes);
        }
    }

    private byte[] encoded(Frame frame) {
        ByteBuf bytes = wire.encode(frame, Unpooled.EMPTY_BUFFER.alloc());
        try {
            return ByteBufUtil.getBytes(bytes);
        } finally {
            bytes.release();
        }
    }

    /** No gateway takes it, now or later. */
    private void tooLarge(Frame send) {
        if (!closing) {
            listener.received(Frame.newBuilder()
                    .setRef(send.getRef())
                    .setSendResult(SendResult.newBuilder()
                            .setMessageId(send.getSend().getMessageId())
                            .setCode(Code.TOO_LARGE)
                            .setText("frame of more than " + Limits.POLL_BYTES + " bytes"))
                    .build());
        }
    }

    private void enqueue(byte[] bytes) {
        queue.add(bytes);
        queuedBytes += bytes.length;
        full |= queuedBytes > HIGH_WATER_BYTES;
        pumpLater();
    }

    /** What one turn of the loop writes leaves together. */
    private void pumpLater() {
        if (!pumping) {
            pumping = true;
            loop.execute(this::pump);
        }
    }

    private void pump() {
        pumping = false;
        if (told) {
            return;
        }
        if (request == 0) {
            greet();
        } else if (!session.isEmpty()) {
            tell();
            poll();
        }
    }

    /** Hello, and the poll that hears Welcome. */
    private void greet() {
        byte[] hello = next();
        if (hello != null) {
            down.ask(addresses[address], this::saysRequest, hello, answerMillis);
        }
    }

    private void tell() {
        byte[] frames = batch == null ? next() : batch;
        if (frames != null && !up.isBusy() && !upTrouble.pauses) {
            up.ask(addresses[address], this::saysRequestAndWaitsNot, frames, TAKING_MILLIS);
        }
        if (closing && batch == null) {
            ended();
        }
    }

    private void poll() {
        if (reading && !closing && !down.isBusy() && !downTrouble.pauses) {
            down.ask(addresses[address], this::saysAnswer, new byte[0], answerMillis);
        }
    }

    private void saysRequest(HttpHeaders headers) {
        headers.set(REQUEST, request);
    }

    private void saysRequestAndWaitsNot(HttpHeaders headers) {
        headers.set(SESSION, session).set(REQUEST, request).set(WAIT, 0);
    }

    private void saysAnswer(HttpHeaders headers) {
        headers.set(SESSION, session).set(ANSWER, answer);
    }

    /** Takes the next frames out of the queue and gives them a number; null where there are none. */
    private byte @Nullable [] next() {
        int frames = 0;
        int bytes = 0;
        int most = request == 0 ? Limits.HANDSHAKE_BYTES : Limits.POLL_BYTES;
        for (byte[] frame : queue) {
            if (frames == Limits.POLL_FRAMES || (frames > 0 && (bytes + frame.length > most || request == 0))) {
                break;
            }
            frames++;
            bytes += frame.length;
        }
        if (frames == 0) {
            return null;
        }
        byte[] taken = new byte[bytes];
        int at = 0;
        for (; frames > 0; frames--) {
            byte[] frame = queue.remove();
            System.arraycopy(frame, 0, taken, at, frame.length);
            at += frame.length;
        }
        request++;
        batch = taken;
        return taken;
    }

    private void taken() {
        byte[] done = batch;
        batch = null;
        queuedBytes -= done == null ? 0 : done.length;
        if (full && queuedBytes <= HIGH_WATER_BYTES / 2) {
            full = false;
            if (!closing) {
                listener.writable();
            }
        }
    }

    // Answers

    private void polled(Answer heard) {
        boolean first = session.isEmpty();
        if (first && (heard.status() == OK || heard.status() == NO_CONTENT)) {
            session = heard.headers().get(SESSION, "");
            taken();
        }
        if (session.isEmpty()) {
            abort(new LinkEnd(0, "no poll session: HTTP status " + heard.status(), retryAfterMillis(heard)));
        } else if (heard.status() == OK) {
            heard();
            downTrouble.over();
            receive(heard);
        } else if (heard.status() == NO_CONTENT) {
            heard();
            downTrouble.over();
        } else if (heard.status() == GONE) {
            abort(LinkEnd.of("the gateway does not know this poll session any more"));
        } else {
            refused(heard, downTrouble);
        }
        pumpLater();
    }

    private void heard() {
        if (!closing) {
            listener.bytesRead();
        }
    }

    private static long retryAfterMillis(Answer heard) {
        return UpgradeHandler.retryAfterMillis(heard.headers().get("Retry-After"));
    }

    private void receive(Answer heard) {
        long number = heard.number(ANSWER);
        if (number == answer + 1) {
            answer = number;
            try {
                receive(Unpooled.wrappedBuffer(heard.body()));
            } catch (ProtocolException e) {
                abort(LinkEnd.of(e.reason(), String.valueOf(e.getMessage())));
            }
        } else if (number <= 0 || number > answer) {
            abort(LinkEnd.of("answer " + number + " behind " + answer));
        }
    }

    private void receive(ByteBuf body) throws ProtocolException {
        for (ByteBuf frame = nextFrame(body); frame != null && !closing; frame = nextFrame(body)) {
            Frame received = wire.parse(frame);
            if (received.hasWelcome()) {
                int heartbeat = Math.max(1_000, received.getWelcome().getHeartbeatMs());
                answerMillis = heartbeat / 2L + Math.max(1_000, heartbeat / 4);
            }
            listener.received(received);
        }
    }

    private @Nullable ByteBuf nextFrame(ByteBuf body) throws ProtocolException {
        if (!endpoint.json()) {
            return TcpCodec.tryDecode(body, Limits.FRAME_BYTES);
        }
        while (body.isReadable()) {
            int length = body.bytesBefore((byte) '\n');
            ByteBuf line = body.readSlice(length < 0 ? body.readableBytes() : length);
            body.skipBytes(length < 0 ? 0 : 1);
            if (line.isReadable()) {
                return line;
            }
        }
        return null;
    }

    private void tellingHeard(Answer heard) {
        if (heard.status() == NO_CONTENT || heard.status() == OK) {
            heard();
            upTrouble.over();
            if (heard.number(REQUEST) >= request) {
                upRefusals = 0;
                taken();
            } else {
                pause(upTrouble, ++upRefusals, 0);
            }
        } else if (heard.status() == GONE) {
            // Why is for the other lane to hear: a Close may wait there.
            queue.clear();
            taken();
        } else {
            refused(heard, upTrouble);
        }
        pumpLater();
    }

    // Failures

    /** Of one lane, since it was last heard. */
    private static final class Trouble {
        int failures;
        int putOff;
        boolean pauses;

        void over() {
            failures = 0;
            putOff = 0;
        }
    }

    private void pollFailed(Throwable cause) {
        if (session.isEmpty()) {
            failed(cause);
        } else {
            again(downTrouble, cause);
        }
    }

    private void again(Trouble trouble, Throwable cause) {
        if (++trouble.failures > MAX_FAILURES) {
            failed(cause);
        } else {
            pause(trouble, trouble.failures, 0);
        }
    }

    /** A gateway that has too much to do puts a request off, and ends no session over it; the heartbeat bounds that. */
    private void refused(Answer heard, Trouble trouble) {
        int status = heard.status();
        long retryAfter = retryAfterMillis(heard);
        IOException why = new IOException("HTTP status " + status);
        if (status == TOO_MANY || (status == UNAVAILABLE && retryAfter > 0)) {
            pause(trouble, ++trouble.putOff, retryAfter);
        } else if (status >= SERVER_ERROR || status == REQUEST_TIMEOUT) {
            again(trouble, why);
        } else {
            failed(why);
        }
    }

    private void pause(Trouble trouble, int times, long leastMillis) {
        trouble.pauses = true;
        long millis = Math.min(MAX_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(2 * (times - 1), 10));
        var unused = loop.schedule(
                () -> {
                    trouble.pauses = false;
                    pumpLater();
                },
                Math.max(leastMillis, millis),
                TimeUnit.MILLISECONDS);
    }

    // The rest

    @Override
    public boolean isWritable() {
        return open && !closing && !full;
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        if (on) {
            pumpLater();
        }
    }

    @Override
    public void close(Frame last, CloseReason reason, String text) {
        if (session.isEmpty()) {
            abort(LinkEnd.of(reason, text));
            return;
        }
        if (closing) {
            return;
        }
        end = end == null ? LinkEnd.of(reason, text) : end;
        closing = true;
        down.close();
        enqueue(encoded(last));
        var unused = loop.schedule(this::ended, GOODBYE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void abort(String why) {
        abort(LinkEnd.of(why));
    }

    private void abort(LinkEnd why) {
        end = end == null ? why : end;
        ended();
    }

    private void ended() {
        if (told) {
            return;
        }
        told = true;
        open = false;
        closing = true;
        down.close();
        up.close();
        queue.clear();
        LinkEnd why = (end == null ? LinkEnd.of("closed") : end).reached(!session.isEmpty());
        try {
            // Later, never from inside a call of the owner, whose state may be half-way.
            loop.execute(() -> listener.ended(why));
        } catch (RejectedExecutionException e) {
            listener.ended(why);
        }
    }
}
