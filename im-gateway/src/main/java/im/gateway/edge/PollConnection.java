package im.gateway.edge;

import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionListener;
import im.gateway.connection.Loop;
import im.protocol.CloseReason;
import im.protocol.Limits;
import im.protocol.codec.ProtocolException;
import im.protocol.codec.Wire;
import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a socket: its frames come in with requests and leave with their answers. It lives on the loop
 * that took its Hello, whatever loops the sockets of its requests are on.
 *
 * <pre>
 * awaits Hello ──▶ the session ──close──▶ {@link Nobody}, the last answer is there for five seconds ──▶ gone: 410
 * </pre>
 *
 * <p>What is written waits for a poll. One answer at a time is under way: it is kept, and given again to every poll that
 * does not acknowledge it, so nothing is lost with it; what is written meanwhile waits for the next. Its bytes are on
 * one socket at a time: whoever asks again while they are on their way out cuts that socket off first. Event loop only,
 * except {@link #session}, {@link #client} and {@link #bodies}.
 */
final class PollConnection implements Connection, EdgeLoop.Flushing, DeadlineQueue.Expiring {
    private static final int MIN_HEARTBEAT_MILLIS = 1_000;

    private final EdgeLoop edge;
    private final PollSessions sessions;
    private final PollMeters meters;
    private final PollFormat format;
    private final InetAddress client;
    private final ByteBufAllocator alloc;
    private final String session;
    private final PollOutbox outbox = new PollOutbox();
    private final PollBodies bodies;

    private ConnectionListener listener = Nobody.INSTANCE;
    private boolean awaitsHello = true;
    private boolean reading = true;
    private boolean flushPlanned;
    private boolean full;
    private boolean gone;
    private @Nullable CloseReason ended;
    private DeadlineQueue.@Nullable Deadline farewell;
    private long id;
    private long maxWaitMillis;
    private long lastRead;
    private long lastProgress;

    /** Frames of the last request that are not read yet. */
    private @Nullable ByteBuf unread;

    private int unreadBytes;
    private int framesRead;
    private long taken;

    private long counted;
    private @Nullable PollRequest waiting;
    /** The request whose answer is on its way out. */
    private @Nullable PollRequest writing;

    private long writingBytes;

    PollConnection(
            EdgeLoop edge,
            PollSessions sessions,
            PollMeters meters,
            PollFormat format,
            InetAddress client,
            ByteBufAllocator alloc) {
        this.edge = edge;
        this.sessions = sessions;
        this.meters = meters;
        this.format = format;
        this.client = client;
        this.alloc = alloc;
        this.session = sessions.newId();
        this.bodies = new PollBodies(sessions);
        this.lastRead = edge.loop().nowMillis();
        this.lastProgress = lastRead;
        this.maxWaitMillis = maxWait((int) edge.config().heartbeat().toMillis());
    }

    /** Its id in requests: whoever knows it is the client. */
    String session() {
        return session;
    }

    InetAddress client() {
        return client;
    }

    PollFormat format() {
        return format;
    }

    PollBodies bodies() {
        return bodies;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public Wire wire() {
        return format.wire;
    }

    @Override
    public ByteBufAllocator alloc() {
        return alloc;
    }

    @Override
    public Loop loop() {
        return edge.loop();
    }

    private long maxWait(int heartbeatMillis) {
        return Math.min(sessions.bounds().maxWait().toMillis(), Math.max(1, heartbeatMillis / 2));
    }

    /** A request has come in; it is answered here, now or later. */
    void take(PollRequest request) {
        PollRequest.Asked asked = request.asked();
        ByteBuf body = request.takeBody();
        if (gone) {
            bodies.giveBack(body.readableBytes());
            request.answer(PollAnswer.gone(format));
            return;
        }
        lastRead = loop().nowMillis();
        if (asked.answer() > outbox.number()) {
            close(CloseReason.MALFORMED, "acknowledges an answer that was not given");
        } else {
            acknowledge(asked.answer());
        }
        boolean refused = !accept(asked.number(), body);
        if (gone) {
            request.answer(PollAnswer.gone(format));
        } else if (asked.waitMillis() == 0) {
            request.answer(nothing());
        } else {
            await(request, refused);
        }
        drain();
    }

    private void acknowledge(long number) {
        if (!outbox.acknowledge(number)) {
            return;
        }
        lastProgress = loop().nowMillis();
        count();
        if (ended != null && outbox.isEmpty()) {
            drop();
        } else if (full && pendingBytes() <= Loop.LOW_WATER_BYTES) {
            full = false;
            listener.onWritable();
        }
    }

    /** @return false if the frames have to come again: others come before them, or those before are not read yet */
    private boolean accept(long number, ByteBuf body) {
        boolean isNext = number == taken + 1 && unread == null && ended == null;
        if (isNext && body.isReadable()) {
            taken = number;
            unread = body;
            unreadBytes = body.readableBytes();
            framesRead = 0;
            return true;
        }
        bodies.giveBack(body.readableBytes());
        return !body.isReadable() || number <= taken;
    }

    /** At most one waits: the one before has nothing to hear any more. */
    private void await(PollRequest request, boolean refused) {
        PollRequest before = waiting;
        if (before != null) {
            before.answer(nothing());
        }
        long millis = Math.min(request.asked().waitMillis(), maxWaitMillis);
        request.waitUntil(edge.nowMillis() + millis, refused);
        waiting = request;
        edge.waits(this);
        if (outbox.hasAnswer()) {
            say();
        } else if (refused && unread == null && ended == null) {
            answer(nothing());
        } else {
            flushLater();
        }
    }

    private void answer(PollAnswer answer) {
        PollRequest request = waiting;
        if (request != null) {
            waiting = null;
            edge.waitsNoMore(this);
            request.answer(answer);
        }
    }

    private PollAnswer nothing() {
        return PollAnswer.nothing(session, taken);
    }

    /** The socket of a request is gone; what it was to hear is heard by the next one. */
    void abandoned(PollRequest request) {
        if (request == waiting) {
            waiting = null;
            edge.waitsNoMore(this);
        }
    }

    /** Answers the poll that has waited for as long as it may. */
    void sweep(long nowMillis) {
        PollRequest request = waiting;
        if (request != null && request.untilMillis() <= nowMillis) {
            answer(nothing());
        }
    }

    private void drain() {
        boolean any = unread != null;
        try {
            while (unread != null && reading) {
                ByteBuf frame = format.next(unread, awaitsHello ? Limits.HANDSHAKE_BYTES : format.wire.frameBytes());
                if (frame == null) {
                    endUnread();
                } else if (++framesRead > Limits.POLL_FRAMES) {
                    close(CloseReason.TOO_LARGE, "more than " + Limits.POLL_FRAMES + " frames in one request");
                } else {
                    receive(frame);
                }
            }
        } catch (ProtocolException e) {
            close(e.reason(), String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            edge.failures().report("a poll session", e);
            close(CloseReason.INTERNAL, "internal error");
        }
        if (awaitsHello && unread == null && ended == null) {
            close(CloseReason.MALFORMED, "first frame is not Hello");
        }
        if (any) {
            listener.onReadsDrained();
        }
        PollRequest request = waiting;
        if (unread == null && ended == null && request != null && request.framesRefused()) {
            answer(nothing());
        }
    }

    private void endUnread() {
        if (unread != null) {
            unread = null;
            bodies.giveBack(unreadBytes);
        }
    }

    private void receive(ByteBuf body) throws ProtocolException {
        Frame frame = format.wire.parse(body);
        if (frame.hasClose()) {
            end(CloseReason.PEER);
        } else if (!awaitsHello) {
            listener.onFrame(frame);
        } else if (frame.hasHello()) {
            greet(frame.getRef(), frame.getHello());
        } else {
            close(CloseReason.MALFORMED, "first frame is not Hello");
        }
    }

    private void greet(long ref, Hello hello) {
        awaitsHello = false;
        int longest = (int) edge.config().heartbeat().toMillis();
        int wanted = hello.getHeartbeatMs() <= 0 ? longest : hello.getHeartbeatMs();
        maxWaitMillis = maxWait(Math.min(longest, Math.max(wanted, MIN_HEARTBEAT_MILLIS)));
        setReading(false);
        id = loop().reserve();
        if (id == 0) {
            close(CloseReason.OVERLOADED, "too many connections");
            return;
        }
        edge.sessions().open(this, ref, hello);
    }

    @Override
    public void listen(ConnectionListener next) {
        if (ended == null) {
            listener = next;
            loop().attach(id, next);
        } else {
            next.onClosed(ended);
        }
    }

    @Override
    public void write(ByteBuf frame) {
        if (ended == null) {
            enqueue(frame);
        } else {
            frame.release();
        }
    }

    private void enqueue(ByteBuf frame) {
        assert edge.inEventLoop() : "written from another thread";
        if (pendingBytes() == 0) {
            lastProgress = loop().nowMillis();
        }
        outbox.add(frame);
        full |= pendingBytes() > Loop.LOW_WATER_BYTES;
        count();
        flushLater();
    }

    private void count() {
        long pending = (gone ? 0 : pendingBytes()) + writingBytes;
        loop().outboundChanged(pending - counted);
        counted = pending;
    }

    private void flushLater() {
        if (!flushPlanned) {
            flushPlanned = true;
            edge.flushLater(this);
        }
    }

    /** The turn is over: what was written in it leaves together, if somebody waits for it. */
    @Override
    public void flush() {
        flushPlanned = false;
        say();
    }

    /** Answers the poll that waits, if there are frames and those of before are out. */
    private void say() {
        PollRequest request = waiting;
        if (request == null || outbox.isEmpty()) {
            return;
        }
        if (writing != null) {
            writing.cutOff();
            return;
        }
        if (outbox.hasAnswer()) {
            meters.repeated();
        } else {
            meters.answered();
        }
        byte[] body = outbox.answer();
        writing = request;
        writingBytes = body.length;
        count();
        answer(PollAnswer.frames(session, taken, outbox.number(), body));
    }

    /** An answer has left its socket, or its socket is closed. */
    void written(PollRequest request) {
        if (request == writing) {
            writing = null;
            writingBytes = 0;
            count();
            say();
        }
    }

    @Override
    public long pendingBytes() {
        return outbox.bytes();
    }

    @Override
    public void setReading(boolean on) {
        if (on == reading || ended != null) {
            return;
        }
        reading = on;
        // While nobody read, silence said nothing about the peer.
        lastRead = loop().nowMillis();
        if (on && unread != null) {
            loop().execute(this::drain);
        }
    }

    @Override
    public long lastReadMillis() {
        return lastRead;
    }

    @Override
    public long lastProgressMillis() {
        if (pendingBytes() == 0) {
            lastProgress = loop().nowMillis();
        }
        return lastProgress;
    }

    @Override
    public void close(CloseReason reason, String text, int retryAfterMs, long attempt) {
        if (ended != null) {
            return;
        }
        if (reason != CloseReason.PEER && reason != CloseReason.IO) {
            Close close = Close.newBuilder()
                    .setCode(reason.code())
                    .setText(text)
                    .setReconnect(reason.reconnect())
                    .setRetryAfterMs(retryAfterMs)
                    .setAttempt(attempt)
                    .build();
            enqueue(format.wire.encode(Frame.newBuilder().setClose(close).build(), alloc));
        }
        end(reason);
    }

    private void end(CloseReason reason) {
        ConnectionListener last = listener;
        ended = reason;
        listener = Nobody.INSTANCE;
        awaitsHello = false;
        endUnread();
        farewell = edge.farewellFrom(this);
        edge.meters().closed(reason);
        try {
            last.onClosed(reason);
        } catch (RuntimeException e) {
            edge.failures().report("onClosed", e);
        }
        if (id != 0) {
            loop().release(id);
        }
        if (reason == CloseReason.PEER || reason == CloseReason.IO) {
            drop();
        }
    }

    /** Nobody has fetched our last answer in time. */
    @Override
    public void expired() {
        drop();
    }

    /** Nothing is left of it; its requests are answered 410 from now on. */
    private void drop() {
        if (gone) {
            return;
        }
        gone = true;
        answer(nothing());
        outbox.clear();
        count();
        if (farewell != null) {
            farewell.end();
        }
        sessions.remove(this);
    }

    /** The listeners are closed and the sessions had their time. */
    void serverStops() {
        close(CloseReason.GOING_AWAY, "server stops");
        flush();
        drop();
    }
}
