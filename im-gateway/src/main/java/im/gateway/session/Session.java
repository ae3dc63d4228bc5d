package im.gateway.session;

import im.gateway.connection.Connection;
import im.gateway.connection.ConnectionListener;
import im.gateway.connection.Loop;
import im.gateway.delivery.Delivery;
import im.gateway.delivery.SharedFrame;
import im.gateway.ingress.SendCheck;
import im.gateway.ingress.SendLanes;
import im.gateway.ingress.TransientLane;
import im.gateway.presence.SessionPresence;
import im.gateway.room.RoomMember;
import im.gateway.room.Rooms;
import im.gateway.service.SessionServices;
import im.protocol.CloseReason;
import im.protocol.ConversationKey;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Error;
import im.protocol.v1.Expiring;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.Heads;
import im.protocol.v1.Pong;
import im.protocol.v1.PresenceQuery;
import im.protocol.v1.Resume;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.protocol.v1.Sync;
import im.relay.GroupStore;
import im.relay.PlacedMessage;
import im.relay.Receipt;
import im.relay.TransientMessage;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A welcomed connection: an idle row of a few fields, and an {@link ActiveSession} while there is something to do. It
 * reads the frames, checks what they name, and hands them on. Event loop only.
 */
final class Session implements ConnectionListener, RoomMember {
    private static final int TICKS_A_HEARTBEAT = 4;
    private static final int PINGS_PER_TURN = 16;
    /** A device that stays connected is told to be in use this often. */
    private static final int TOUCH_MILLIS = 600_000;

    private static final int MAX_ASKED_HEADS = 256;
    private static final long MAX_UNANSWERED_BYTES = 512 * 1024;

    private final SessionServices services;
    private final TailChecks tailChecks;
    private final Connection connection;
    private final String uid;
    final String device;
    private final boolean wantsReceipts;
    private final boolean wantsTransient;
    private final @Nullable SessionGroups groups;
    private final TokenLife token;
    private final int heartbeatMs;
    /** Of the uid's index: up to there everything was written and acknowledged when this became a row (D27). */
    private long version;

    private byte ticks;
    private long touchedMillis;
    private boolean reading = true;
    private boolean stopped;
    private byte pings;
    private @Nullable CatchUpStart start;
    private @Nullable ActiveSession active;
    private @Nullable Receipts receipts;
    private @Nullable SessionPresence presence;

    Session(
            SessionServices services,
            TailChecks tailChecks,
            @Nullable Rooms rooms,
            Connection connection,
            String uid,
            String device,
            long tokenExpiresMs,
            int heartbeatMs,
            Set<Feature> features) {
        this.services = services;
        this.tailChecks = tailChecks;
        this.connection = connection;
        this.uid = uid;
        this.device = device;
        this.heartbeatMs = heartbeatMs;
        this.touchedMillis = connection.loop().nowMillis();
        this.wantsReceipts = features.contains(Feature.RECEIPTS);
        this.wantsTransient = features.contains(Feature.TRANSIENT);
        GroupStore store = services.groups();
        this.groups = rooms != null && store != null && features.contains(Feature.GROUPS)
                ? new SessionGroups(store, rooms, connection, this)
                : null;
        this.token = new TokenLife(services, uid, tokenExpiresMs, heartbeatMs);
        if (wantsReceipts) {
            services.metrics().wantReceipts(1);
        }
    }

    /**
     * Welcome is written: catch-up starts now, or after the client's cursors.
     *
     * @param sameLog whether those cursors are of this log; otherwise they are void, and the stored ones count
     */
    void welcomed(boolean clientCursors, boolean sameLog, Runnable caughtUp) {
        Delivery delivery = Delivery.afterHello(services, connection, uid, device, behind(), caughtUp);
        activate(delivery);
        start = new CatchUpStart(delivery, clientCursors, sameLog, groups != null);
        if (groups != null) {
            groups.enterAll(start::entered);
        }
    }

    private @Nullable Consumer<List<String>> behind() {
        return groups == null ? null : groups::behind;
    }

    private ActiveSession active() {
        ActiveSession present = active;
        if (present == null) {
            present = activate(Delivery.woken(services, connection, uid, device, behind(), version));
        }
        present.lastUsedMillis = connection.loop().nowMillis();
        return present;
    }

    private ActiveSession activate(Delivery delivery) {
        ActiveSession fresh = new ActiveSession(
                delivery,
                new SendLanes(services, connection, uid, device, groups != null, this::regulate),
                new TransientLane(services, connection, uid, device),
                new ClaimedPositions(services, connection, uid, device, groups != null, delivery, this::regulate),
                connection.loop().nowMillis());
        active = fresh;
        services.metrics().woken();
        return fresh;
    }

    void push(PlacedMessage message) {
        active().delivery.push(message);
    }

    @Override
    public void pushGroup(PlacedMessage message, SharedFrame frame) {
        active().delivery.push(message, frame);
    }

    @Override
    public void compareSoon() {
        active().delivery.compareAgain();
    }

    /** What this uid is to a group has changed: its room is entered, or left, before heads are compared (D17). */
    void membershipChanged(String group) {
        if (groups != null) {
            groups.changed(group);
        }
    }

    @Override
    public void onFrame(Frame frame) {
        switch (frame.getBodyCase()) {
            case PING -> onPing(frame);
            case SEND -> onSend(frame.getRef(), frame.getSend());
            case ACK -> active().positions.acknowledged(frame.getRef(), frame.getAck());
            case SYNC -> onSync(frame.getRef(), frame.getSync());
            case RESUME -> onResume(frame.getResume());
            case GIVE_UP -> onGiveUp(frame.getRef(), frame.getGiveUp().getConversation());
            case READ -> active().positions.read(frame.getRef(), frame.getRead().getUpTo());
            case HEADS -> onHeads(frame.getRef(), frame.getHeads());
            case GROUP_QUERY -> onGroupQuery(frame.getRef(), frame.getGroupQuery());
            case PRESENCE_QUERY -> onPresenceQuery(frame.getRef(), frame.getPresenceQuery());
            case RENEW ->
                write(token.renew(
                        frame.getRef(),
                        frame.getRenew().getToken(),
                        connection.loop().nowMillis()));
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
        ConversationKey conversation = named(ref, send.getConversation());
        if (conversation == null) {
            return;
        }
        if (send.getTransient()) {
            SendResult result = active().transients.send(conversation, send);
            services.metrics().answered(result.getCode());
            write(Frame.newBuilder().setRef(ref).setSendResult(result).build());
        } else {
            active().sends.send(ref, conversation, send);
        }
    }

    private void onHeads(long ref, Heads heads) {
        Delivery delivery = active().delivery;
        SendCheck.Refusal refusal = PageCheck.heads(heads, delivery.waitingPages());
        if (refusal == null) {
            delivery.heads(ref, PageCheck.request(uid, device, heads, groups != null));
        } else {
            refuse(ref, refusal);
        }
    }

    private void onGroupQuery(long ref, GroupQuery query) {
        Delivery delivery = active().delivery;
        SendCheck.Refusal refusal =
                groups == null ? SendCheck.NO_GROUPS : PageCheck.group(query, delivery.waitingPages());
        if (refusal == null) {
            delivery.group(ref, query);
        } else {
            refuse(ref, refusal);
        }
    }

    private void onPresenceQuery(long ref, PresenceQuery query) {
        if (presence == null) {
            presence = new SessionPresence(connection, services.presence().of(connection.loop()));
        }
        presence.query(ref, query);
    }

    void pushReceipt(Receipt receipt) {
        if (wantsReceipts && mayKnow(receipt)) {
            Receipts waiting = receipts;
            if (waiting == null) {
                waiting = new Receipts(connection, uid, services.metrics());
                receipts = waiting;
            }
            waiting.add(receipt);
        }
    }

    /** Of others only while one is in the group oneself. */
    private boolean mayKnow(Receipt receipt) {
        return !receipt.conversation().isGroup()
                || (groups != null
                        && (receipt.by().equals(uid)
                                || groups.isIn(receipt.conversation().group())));
    }

    void pushTransient(TransientMessage message) {
        if (wantsTransient) {
            TransientPush.write(connection, services.metrics(), uid, message);
        }
    }

    private void onGiveUp(long ref, Conversation named) {
        ConversationKey conversation = named(ref, named);
        if (conversation != null && active != null) {
            active.sends.giveUp(conversation);
        }
    }

    private void onSync(long ref, Sync sync) {
        ConversationKey conversation = conversation(ref, sync.getConversation());
        if (conversation == null) {
            return;
        }
        Delivery delivery = active().delivery;
        SendCheck.Refusal refusal = PageCheck.sync(sync, delivery.waitingPages());
        if (refusal == null) {
            delivery.sync(PageCheck.request(ref, conversation, sync));
        } else {
            refuse(ref, refusal);
        }
    }

    private void onResume(Resume resume) {
        if (start == null || !start.awaitsResume()) {
            refuse(0, Code.MALFORMED, "resume", "Resume follows Hello{client_cursors} only, until last");
            return;
        }
        if (!start.hasRoomFor(resume)) {
            connection.close(CloseReason.TOO_LARGE, "too many cursors");
            return;
        }
        for (Cursor cursor : resume.getCursorsList()) {
            ConversationKey conversation = conversation(0, cursor.getConversation());
            if (conversation == null || !ClaimedPositions.isPosition(cursor.getPosition())) {
                connection.close(
                        CloseReason.MALFORMED, "a cursor without conversation or with a position that is none");
                return;
            }
            start.resume(conversation, cursor.getPosition());
        }
        start.resumed(resume);
    }

    /** As {@link #named}, but not a group where this session has none. */
    private @Nullable ConversationKey conversation(long ref, Conversation named) {
        if (groups == null && named.hasGroup()) {
            refuse(ref, SendCheck.NO_GROUPS);
            return null;
        }
        return named(ref, named);
    }

    private @Nullable ConversationKey named(long ref, Conversation named) {
        ConversationKey conversation = SendCheck.conversation(uid, named);
        if (conversation == null) {
            refuse(ref, SendCheck.NO_CONVERSATION);
        }
        return conversation;
    }

    private void refuse(long ref, SendCheck.Refusal refusal) {
        refuse(ref, refusal.code(), refusal.field(), refusal.text());
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
                                && session.delivery.headReads().underWay() <= MAX_ASKED_HEADS));
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
        if (receipts != null) {
            receipts.flush();
        }
        if (presence != null) {
            presence.flush();
        }
        regulate();
    }

    @Override
    public void onTick() {
        pings = 0;
        long now = connection.loop().nowMillis();
        long silence = heartbeatMs * 5L / 2;
        long leftMs = token.leftMs();
        if (leftMs <= 0) {
            connection.close(CloseReason.UNAUTHENTICATED, "the token has expired");
        } else if (reading && now - connection.lastReadMillis() > silence) {
            connection.close(CloseReason.TIMEOUT, "nothing heard for 2.5 heartbeats");
        } else if (connection.pendingBytes() > 0 && now - connection.lastProgressMillis() > silence) {
            connection.close(CloseReason.TIMEOUT, "nothing taken for 2.5 heartbeats");
        } else {
            if (token.isNoticeDue(leftMs)) {
                write(Frame.newBuilder()
                        .setExpiring(Expiring.newBuilder().setInMs(leftMs))
                        .build());
            }
            if (receipts != null && receipts.isEmpty()) {
                receipts = null;
            }
            if (presence != null && presence.isIdle()) {
                presence = null;
            }
            regulate();
            if (active != null) {
                active.delivery.tick();
                goIdle(now);
            }
            if (ticks < TICKS_A_HEARTBEAT) {
                ticks++;
            }
            if (ticks == TICKS_A_HEARTBEAT && tailChecks.add(this)) {
                ticks = 0;
            }
            if (now - touchedMillis >= TOUCH_MILLIS) {
                touchedMillis = now;
                services.cursors().touch(uid, device);
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
        if (session != null && groups != null && session.delivery.version() != current) {
            // What this uid is to its groups may be what has changed.
            groups.enterAll(() -> active().delivery.tailChecked(current));
        } else if (session != null) {
            session.delivery.tailChecked(current);
        }
    }

    /** With the next turn of the wheel, which spreads many of them over a quarter of a heartbeat. */
    void checkTailSoon() {
        ticks = TICKS_A_HEARTBEAT;
    }

    @Override
    public String uid() {
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
            start = null;
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
        if (groups != null) {
            groups.close();
        }
        if (presence != null) {
            presence.close();
        }
        services.presence().presence().left(uid, () -> services.routes().remove(uid, device, connection.id()));
        services.cursors().touch(uid, device);
        if (wantsReceipts) {
            services.metrics().wantReceipts(-1);
        }
        services.metrics().closed();
        services.hooks().events().disconnected(uid, device, connection.id(), reason);
    }

    /** For logs and failed tests: the state, no ids. */
    @Override
    public String toString() {
        ActiveSession session = active;
        return session == null ? "idle" : session + " pendingBytes=" + connection.pendingBytes();
    }
}
