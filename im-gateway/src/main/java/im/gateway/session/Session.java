package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionListener;
import im.gateway.connection.Loop;
import im.protocol.CloseReason;
import im.protocol.ConversationKey;
import im.protocol.Limits;
import im.protocol.v1.Ack;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import im.protocol.v1.Pong;
import im.protocol.v1.Resume;
import im.protocol.v1.Send;
import im.protocol.v1.Sync;
import im.relay.PlacedMessage;
import org.jspecify.annotations.Nullable;

/**
 * A welcomed connection: an idle row of a few fields, and an {@link ActiveSession} while there is something to do. It
 * reads the frames, checks what they name, and hands them on. Event loop only.
 */
final class Session implements ConnectionListener {
    private static final int TICKS_A_HEARTBEAT = 4;
    private static final int PINGS_PER_TURN = 16;
    private static final int MAX_RESUMED = 20_000;
    private static final int MAX_SYNCS = 16;
    private static final int MAX_ASKED_HEADS = 256;
    private static final long MAX_UNANSWERED_BYTES = 512 * 1024;

    private final SessionServices services;
    private final TailChecks tailChecks;
    private final Connection connection;
    private final String uid;
    private final String device;
    private final long tokenExpiresMs;
    private final int heartbeatMs;
    /** Of the uid's index: up to there everything was written and acknowledged when this became a row (D27). */
    private long version;

    private byte ticks;
    private boolean reading = true;
    private boolean stopped;
    private boolean cursorsCount;
    private byte pings;
    private @Nullable ActiveSession active;

    Session(
            SessionServices services,
            TailChecks tailChecks,
            Connection connection,
            String uid,
            String device,
            long tokenExpiresMs,
            int heartbeatMs) {
        this.services = services;
        this.tailChecks = tailChecks;
        this.connection = connection;
        this.uid = uid;
        this.device = device;
        this.tokenExpiresMs = tokenExpiresMs;
        this.heartbeatMs = heartbeatMs;
    }

    /**
     * Welcome is written: catch-up starts now, or after the client's cursors.
     *
     * @param sameLog whether those cursors are of this log; otherwise they are void, and the stored ones count
     */
    void welcomed(boolean clientCursors, boolean sameLog, Runnable caughtUp) {
        cursorsCount = sameLog;
        activate(Delivery.afterHello(services, connection, uid, device, caughtUp));
        if (!clientCursors) {
            active().delivery.start(false);
        }
    }

    private ActiveSession active() {
        ActiveSession present = active;
        if (present == null) {
            present = activate(Delivery.woken(services, connection, uid, device, version));
        }
        present.lastUsedMillis = connection.loop().nowMillis();
        return present;
    }

    private ActiveSession activate(Delivery delivery) {
        SendLanes sends = new SendLanes(services, connection, uid, device, this::regulate);
        ActiveSession fresh =
                new ActiveSession(delivery, sends, connection.loop().nowMillis());
        active = fresh;
        services.metrics().woken();
        return fresh;
    }

    void push(PlacedMessage message) {
        active().delivery.push(message);
    }

    @Override
    public void onFrame(Frame frame) {
        switch (frame.getBodyCase()) {
            case PING -> onPing(frame);
            case SEND -> onSend(frame.getRef(), frame.getSend());
            case ACK -> onAck(frame.getRef(), frame.getAck());
            case SYNC -> onSync(frame.getRef(), frame.getSync());
            case RESUME -> onResume(frame.getResume());
            case GIVE_UP -> onGiveUp(frame.getRef(), frame.getGiveUp().getConversation());
            case PONG -> {}
            default -> refuse(frame.getRef(), Code.UNSUPPORTED, "body", "a client does not send this frame");
        }
        regulate();
    }

    private void onPing(Frame frame) {
        if (++pings > PINGS_PER_TURN) {
            connection.close(CloseReason.RATE_LIMITED, "heartbeats faster than allowed", heartbeatMs, 0);
            return;
        }
        write(Frame.newBuilder()
                .setRef(frame.getRef())
                .setPong(Pong.newBuilder()
                        .setClientTimeMs(frame.getPing().getClientTimeMs())
                        .setServerTimeMs(services.clock().millis()))
                .build());
    }

    private void onSend(long ref, Send send) {
        ConversationKey conversation = conversation(ref, send.getConversation());
        if (conversation != null) {
            active().sends.send(ref, conversation, send);
        }
    }

    private void onGiveUp(long ref, Conversation named) {
        ConversationKey conversation = conversation(ref, named);
        if (conversation != null && active != null) {
            active.sends.giveUp(conversation);
        }
    }

    private void onSync(long ref, Sync sync) {
        ConversationKey conversation = conversation(ref, sync.getConversation());
        if (conversation == null) {
            return;
        }
        int limit = sync.getLimit() == 0 ? Limits.SYNC_MESSAGES : sync.getLimit();
        if (sync.getAfter() < 0
                || sync.getBefore() < 0
                || (sync.getAfter() > 0 && sync.getBefore() > 0)
                || limit < 1
                || limit > Limits.SYNC_MESSAGES) {
            refuse(
                    ref,
                    Code.BAD_RANGE,
                    "sync",
                    "after or before is 0 or more, not both, limit is 1 to " + Limits.SYNC_MESSAGES);
        } else if (active().delivery.waitingSyncs() == MAX_SYNCS) {
            refuse(ref, Code.OVERLOADED, "sync", "more than " + MAX_SYNCS + " pages asked for at once");
        } else {
            active().delivery.sync(new SyncRequest(ref, conversation, sync.getAfter(), sync.getBefore(), limit));
        }
    }

    private void onResume(Resume resume) {
        Delivery delivery = active().delivery;
        if (!delivery.awaitsResume()) {
            refuse(0, Code.MALFORMED, "resume", "Resume follows Hello{client_cursors} only, until last");
            return;
        }
        if (resume.getCursorsCount() > Limits.CURSORS_PER_FRAME
                || delivery.size() + resume.getCursorsCount() > MAX_RESUMED) {
            connection.close(CloseReason.TOO_LARGE, "too many cursors");
            return;
        }
        for (Cursor cursor : resume.getCursorsList()) {
            ConversationKey conversation = conversation(0, cursor.getConversation());
            if (conversation == null || cursor.getPosition() < 0) {
                connection.close(CloseReason.MALFORMED, "a cursor without conversation or with a negative position");
                return;
            }
            if (cursorsCount) {
                delivery.resume(conversation, cursor.getPosition());
            }
        }
        if (cursorsCount) {
            delivery.resumeCompleteAsOf(resume.getCompleteAsOfMs());
        }
        if (resume.getLast()) {
            delivery.start(cursorsCount);
        }
    }

    private void onAck(long ref, Ack ack) {
        if (ack.getCursorsCount() > Limits.CURSORS_PER_FRAME) {
            refuse(ref, Code.TOO_LARGE, "cursors", "at most " + Limits.CURSORS_PER_FRAME + " cursors a frame");
            return;
        }
        for (Cursor cursor : ack.getCursorsList()) {
            ConversationKey conversation = conversation(ref, cursor.getConversation());
            if (conversation == null) {
                return;
            }
            onAck(ref, conversation, cursor.getPosition());
        }
    }

    private void onAck(long ref, ConversationKey conversation, long position) {
        if (position < 0) {
            refuseAck(ref);
            return;
        }
        Delivery delivery = active().delivery;
        switch (delivery.judge(conversation, position)) {
            case HONEST -> acknowledged(conversation, position);
            case TOO_HIGH -> refuseAck(ref);
            case ASK_HEAD ->
                delivery.askHead(conversation, head -> {
                    if (position <= head) {
                        acknowledged(conversation, position);
                    } else {
                        refuseAck(ref);
                    }
                    regulate();
                });
        }
    }

    private void refuseAck(long ref) {
        services.metrics().refusedAcknowledgement();
        refuse(ref, Code.BAD_RANGE, "position", "negative, or above what was delivered");
    }

    private void acknowledged(ConversationKey conversation, long position) {
        services.metrics().acknowledged();
        ActiveSession session = active();
        if (position > 0 && session.delivery.acknowledge(conversation, position)) {
            session.cursorWrites++;
            services.cursors()
                    .raise(uid, device, conversation, position, connection.loop(), () -> session.cursorWrites--);
        }
    }

    private @Nullable ConversationKey conversation(long ref, Conversation named) {
        ConversationKey conversation = SendCheck.conversation(uid, named);
        if (conversation == null) {
            refuse(ref, Code.MALFORMED, "conversation", "names no peer, or one that is not a uid");
        }
        return conversation;
    }

    private void refuse(long ref, Code code, String field, String text) {
        write(Frame.newBuilder()
                .setRef(ref)
                .setError(Error.newBuilder().setCode(code).setField(field).setText(text))
                .build());
    }

    private void write(Frame frame) {
        connection.write(connection.wire().encode(frame, connection.alloc()));
    }

    /** Reads from the socket only while what it makes us hold is within bounds. */
    private void regulate() {
        ActiveSession session = active;
        boolean room = !stopped
                && connection.pendingBytes() <= Loop.MAX_OUTBOUND_BYTES
                && (session == null
                        || (session.sends.unansweredBytes() <= MAX_UNANSWERED_BYTES
                                && session.delivery.askedHeads() <= MAX_ASKED_HEADS));
        if (room != reading) {
            reading = room;
            connection.setReading(room);
        }
    }

    @Override
    public void onReadsDrained() {}

    @Override
    public void onWritable() {
        if (active != null) {
            active.delivery.pump();
        }
        regulate();
    }

    @Override
    public void onTick() {
        pings = 0;
        long now = connection.loop().nowMillis();
        long silence = heartbeatMs * 5L / 2;
        if (services.clock().millis() >= tokenExpiresMs) {
            connection.close(CloseReason.UNAUTHENTICATED, "the token has expired");
        } else if (reading && now - connection.lastReadMillis() > silence) {
            connection.close(CloseReason.TIMEOUT, "nothing heard for 2.5 heartbeats");
        } else if (connection.pendingBytes() > 0 && now - connection.lastProgressMillis() > silence) {
            connection.close(CloseReason.TIMEOUT, "nothing taken for 2.5 heartbeats");
        } else {
            regulate();
            if (active != null) {
                active.delivery.tick();
                goIdle(now);
            }
            if (++ticks >= TICKS_A_HEARTBEAT && tailChecks.add(this)) {
                ticks = 0;
            }
        }
    }

    /**
     * The uid's index has this version: if the row or the live session knows another, either way, heads are compared.
     */
    void tailChecked(long current) {
        ActiveSession session = active;
        if (session == null && current != version) {
            services.metrics().tailDiffers();
            session = active();
        }
        if (session != null) {
            session.delivery.tailChecked(current);
        }
    }

    String uid() {
        return uid;
    }

    private void goIdle(long now) {
        ActiveSession session = active;
        if (session != null
                && now - session.lastUsedMillis >= heartbeatMs
                && connection.pendingBytes() == 0
                && session.isQuiet()) {
            version = session.delivery.version();
            active = null;
            services.metrics().wentIdle();
        }
    }

    /** Hears no more from this client, so that what the log still owes can be answered. */
    void stopReading() {
        stopped = true;
        regulate();
    }

    Connection connection() {
        return connection;
    }

    @Override
    public void onClosed(CloseReason reason) {
        ActiveSession session = active;
        if (session != null) {
            session.close();
            active = null;
            services.metrics().wentIdle();
        }
        var unused = services.routes().remove(uid, device, connection.id());
        services.metrics().closed();
    }

    /** For logs and failed tests: the state, no ids. */
    @Override
    public String toString() {
        ActiveSession session = active;
        return session == null ? "idle" : session + " pendingBytes=" + connection.pendingBytes();
    }
}
