package im.client;

import com.google.protobuf.InvalidProtocolBufferException;
import im.client.internal.order.ConversationText;
import im.client.internal.order.Inbox;
import im.client.internal.order.Missing;
import im.client.internal.order.Outbox;
import im.client.internal.order.Progress;
import im.client.store.DeviceRecord;
import im.client.store.StoredState;
import im.protocol.Limits;
import im.protocol.v1.CaughtUp;
import im.protocol.v1.Code;
import im.protocol.v1.Cursor;
import im.protocol.v1.Deliver;
import im.protocol.v1.Envelope;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import im.protocol.v1.Placed;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.protocol.v1.SyncPage;
import im.protocol.v1.Welcome;
import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What goes through a session, whichever connection carries it: outbox, inbox, callbacks, acknowledgements. Event loop
 * only. At most one connection at a time takes part; frames of another are not brought here (D37).
 */
final class Traffic implements Outbox.Exits, Inbox.Exits, Callbacks.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(Traffic.class);

    private static final int UNANSWERED_SENDS = 64;
    private static final long DEDUPE_MILLIS = 600_000;

    private final EventLoop loop;
    private final Timers timers;
    private final Outbox outbox;
    private final Inbox inbox;
    private final Callbacks callbacks;
    private final Kept kept;
    private final OpenSends openSends;
    private final OpenSyncs openSyncs;
    private final Requests requests;
    private final ReadMarks readMarks;
    private final Notices notices;
    private final Counts counts;
    private final boolean manual;

    private @Nullable ClientConnection connection;
    private String uid = "";
    private String logId = "";
    private boolean ackScheduled;
    private @Nullable Runnable whenDrained;
    private boolean callbacksQuiet;
    private boolean readingPaused;

    /**
     * @param manual whether the app acknowledges, instead of its listener's return
     * @param callbacks makes the listeners' calls, given who is told of what they have seen
     */
    Traffic(
            EventLoop loop,
            Timers timers,
            RandomGenerator random,
            boolean manual,
            Kept kept,
            Function<Callbacks.Owner, Callbacks> callbacks) {
        this.loop = loop;
        this.timers = timers;
        this.manual = manual;
        this.kept = kept;
        this.outbox = new Outbox(this, System::nanoTime, random);
        this.inbox = new Inbox(this);
        Callbacks made = callbacks.apply(this);
        this.callbacks = made;
        this.openSyncs = new OpenSyncs(timers);
        this.requests = new Requests(timers);
        this.readMarks = new ReadMarks(requests);
        this.notices = new Notices(made, requests);
        this.counts = new Counts(outbox, inbox, made);
        this.openSends = new OpenSends(kept, outbox, () -> connection != null);
        this.logId = kept.device().logId();
    }

    /**
     * Goes on from where an earlier run was; before anything else happens, on any thread.
     *
     * @throws InvalidProtocolBufferException if what was kept is none of this client's
     */
    void restore(StoredState state) throws InvalidProtocolBufferException {
        inbox.restore(state.cursors(), state.shown());
        inbox.restoreCompleteAsOf(state.device().completeAsOfMillis());
        openSends.restore(state, send -> callbacks.add(new Call.Settled(send)));
    }

    // Life of the connection

    /** Who this client is; empty before the first Welcome. */
    String uid() {
        return uid;
    }

    Requests requests() {
        return requests;
    }

    ReadMarks readMarks() {
        return readMarks;
    }

    Notices notices() {
        return notices;
    }

    /** The log that the cursors belong to; empty before the first Welcome. */
    String logId() {
        return logId;
    }

    boolean canResume() {
        return inbox.canResume();
    }

    /** From now on {@code to} carries everything: Resume first, then what waits to be sent. */
    void attach(ClientConnection to, Welcome welcome) {
        detach();
        if (!welcome.getLogId().equals(logId)) {
            inbox.forgetAll();
            logId = welcome.getLogId();
            kept.voidCursors();
            kept.device(device ->
                    new DeviceRecord(device.device(), welcome.getUid(), logId, device.whole(), device.attempt(), 0));
        }
        uid = welcome.getUid();
        connection = to;
        openSyncs.attach(to);
        resume(to);
        requests.attach(to);
        readMarks.attached();
        if (callbacks.isFull()) {
            pauseReading(to);
        }
        int window = welcome.getLimits().getUnansweredSends();
        long dedupe = welcome.getLimits().getDedupeMs();
        openSends.aboutToTry(() -> {
            if (connection == to) {
                outbox.connected(window > 0 ? window : UNANSWERED_SENDS, dedupe > 0 ? dedupe : DEDUPE_MILLIS);
                count();
            }
        });
    }

    /** The connection is gone, or its frames are not taken any more. */
    void detach() {
        connection = null;
        requests.detach();
        readingPaused = false;
        counts.readingPaused(false);
        openSyncs.detach();
        inbox.disconnected();
        outbox.disconnected();
        drainedIfQuiet();
    }

    private void resume(ClientConnection to) {
        List<Cursor> cursors = inbox.connected(to.toldCursors());
        if (to.toldCursors()) {
            Frames.resume(cursors, inbox.completeAsOfMillis()).forEach(to::write);
        }
    }

    /** Before a goodbye: acknowledges what the listener has returned from by now. */
    void acknowledgeAll() {
        callbacks.tellShown();
        while (connection != null && inbox.hasAcks()) {
            writeAcks();
        }
    }

    /** Sends nothing more on this connection and runs the task when what was sent has its answers. */
    void finish(Runnable answered) {
        outbox.finish(answered);
    }

    /**
     * Shows the app nothing more and runs the task when what was sent has its outcome, and what the listeners have
     * returned from is acknowledged and kept. Without a connection nothing is waited for but the listener.
     *
     * @param by who ends the client: not waited for, if it is the listener
     */
    void drain(Thread by, Runnable drained) {
        callbacks.stop(by, () -> {
            callbacksQuiet = true;
            drainedIfQuiet();
        });
        whenDrained = drained;
        drainedIfQuiet();
    }

    private void drainedIfQuiet() {
        Runnable drained = whenDrained;
        if (drained != null && callbacksQuiet && (connection == null || (outbox.isEmpty() && !openSends.isSaving()))) {
            whenDrained = null;
            kept.whenSaved(drained, drained);
        }
    }

    /** Ends everything that waits; the listener sees no more messages. What is kept goes on in the next run. */
    void end(String why) {
        outbox.settleAll(Code.UNAVAILABLE, why, kept.isDurable());
        callbacks.end();
    }

    /** No connection will come by itself: what was written is unknown, what was not is rejected. */
    void settleSends(String why) {
        outbox.settleAll(Code.UNAVAILABLE, why, false);
    }

    void stateChanged(StateChange change) {
        callbacks.add(new Call.State(change));
    }

    // Sending

    void send(Send send, SendPromise promise) {
        openSends.add(send, promise, () -> {
            outbox.pump();
            count();
        });
    }

    /** SendResult, SyncPage, HeadsPage, Renewed or Error; what answers nothing that is open is ignored. */
    void answer(Frame answer) {
        if (requests.answered(answer)) {
            return;
        }
        switch (answer.getBodyCase()) {
            case SEND_RESULT -> answered(answer.getRef(), answer.getSendResult());
            case SYNC_PAGE -> page(answer.getRef(), answer.getSyncPage());
            case ERROR -> refused(answer.getRef(), answer.getError());
            default -> {
                // The question has been given up.
            }
        }
    }

    private void answered(long ref, SendResult result) {
        outbox.answered(ref, result);
        count();
    }

    void writable(ClientConnection by) {
        if (by == connection) {
            outbox.pump();
            count();
        }
    }

    @Override
    public long write(Send send) {
        return ask(Frame.newBuilder().setSend(send));
    }

    /** Writes a frame that wants an answer; returns its ref. Only with a connection. */
    private long ask(Frame.Builder frame) {
        ClientConnection to = connection;
        if (to == null) {
            throw new IllegalStateException("no connection");
        }
        long ref = to.nextRef();
        to.write(frame.setRef(ref).build());
        return ref;
    }

    @Override
    public boolean isWritable() {
        return connection != null && connection.isWritable();
    }

    @Override
    public void giveUp(String peer) {
        ask(Frames.giveUp(peer));
    }

    @Override
    public void readToHead(String peer) {
        inbox.readToHead(peer);
    }

    @Override
    public void after(long millis, Runnable task) {
        timers.after(millis, () -> {
            task.run();
            count();
        });
    }

    // Receiving

    void deliver(Deliver deliver) {
        if (!deliver.getConversation().hasPeer() && !deliver.getConversation().hasGroup()) {
            return;
        }
        settleOwnCopies(ConversationText.of(deliver.getConversation()), deliver.getPlacedList());
        inbox.deliver(deliver);
        received();
    }

    private void page(long ref, SyncPage page) {
        String peer = openSyncs.answered(ref);
        if (peer != null) {
            settleOwnCopies(peer, page.getPlacedList());
            inbox.page(peer, page);
            received();
        }
    }

    /** An Error frame: it answers a send or a Sync of ours, or nothing that could be mended. */
    private void refused(long ref, Error error) {
        String peer = openSyncs.answered(ref);
        if (peer != null) {
            inbox.syncRefused(peer, error.getCode(), error.getRetryAfterMs());
            return;
        }
        answered(
                ref,
                SendResult.newBuilder()
                        .setCode(error.getCode() == Code.OK ? Code.INTERNAL : error.getCode())
                        .setText(error.getText())
                        .setRetryAfterMs(error.getRetryAfterMs())
                        .build());
    }

    /** A message of ours that stands in the log was accepted, whatever its answer was or will be. */
    private void settleOwnCopies(String peer, List<Placed> placed) {
        for (Placed one : placed) {
            Envelope envelope = one.getEnvelope();
            if (envelope.getSender().equals(uid)) {
                outbox.ownCopy(peer, envelope);
            }
        }
    }

    private void received() {
        if (callbacks.isFull() && connection != null) {
            pauseReading(connection);
        }
        count();
    }

    private void pauseReading(ClientConnection from) {
        if (!readingPaused) {
            readingPaused = true;
            counts.readingPaused(true);
            from.reading(false);
        }
    }

    @Override
    public void show(Progress conversation, Placed placed, boolean redelivered) {
        Runnable acknowledgement = manual ? () -> acknowledge(conversation, placed.getPosition()) : () -> {};
        ReceivedMessage message = Incoming.message(conversation.peer(), placed, uid, redelivered, acknowledgement);
        callbacks.add(new Call.Message(conversation, placed, message));
    }

    @Override
    public void truncated(Progress conversation, Missing missing) {
        callbacks.add(new Call.Cut(conversation, missing));
    }

    /** Everything that was missed has been written; with {@code truncated}, but for what nobody has any more. */
    void caughtUp(CaughtUp caughtUp) {
        if (caughtUp.getTruncated()) {
            callbacks.add(new Call.CutEverywhere(caughtUp.getCompleteAsOfMs()));
        } else {
            inbox.caughtUp(caughtUp.getCompleteAsOfMs());
        }
    }

    /** From any thread. */
    private void acknowledge(Progress conversation, long position) {
        try {
            loop.execute(() -> inbox.reached(conversation, position));
        } catch (RejectedExecutionException e) {
            LOG.debug("event loop is closed, an acknowledgement came too late");
        }
    }

    @Override
    public void cursorMoved(String peer, long position) {
        kept.cursor(peer, position);
    }

    @Override
    public void completeAsOf(long millis) {
        kept.device(device -> new DeviceRecord(
                device.device(), device.uid(), device.logId(), device.whole(), device.attempt(), millis));
    }

    @Override
    public void sync(String peer, long after, long delayMillis) {
        openSyncs.ask(peer, after, delayMillis);
    }

    @Override
    public void atHead(String peer) {
        outbox.atHead(peer);
    }

    // Acknowledging

    @Override
    public void shown(Progress conversation, long position) {
        if (!manual) {
            inbox.reached(conversation, position);
        }
    }

    @Override
    public void outcomeTold(RestoredSend send) {
        kept.settled(send.number());
    }

    /** What is about to be shown is kept first, so that it can be told from what never was; without a store at once. */
    @Override
    public void aboutToCall(List<Call> calls, Runnable go) {
        if (kept.isDurable()) {
            for (Call call : calls) {
                if (call instanceof Call.Message message) {
                    kept.shown(message.conversation().peer(), message.placed().getPosition());
                }
            }
        }
        kept.whenSaved(go, go);
    }

    @Override
    public void told(Progress conversation, Missing missing) {
        inbox.told(conversation, missing);
    }

    @Override
    public void caughtUp(long completeAsOfMillis) {
        inbox.caughtUp(completeAsOfMillis);
    }

    @Override
    public void batchDone() {
        counts.update();
        if (readingPaused && callbacks.hasRoom() && connection != null) {
            readingPaused = false;
            counts.readingPaused(false);
            connection.reading(true);
        }
    }

    @Override
    public void acksDue() {
        if (!ackScheduled) {
            ackScheduled = true;
            loop.execute(this::writeAcks);
        }
    }

    /** One frame a turn of the loop; what does not fit goes in the next. */
    private void writeAcks() {
        ackScheduled = false;
        if (connection == null) {
            return;
        }
        List<Cursor> cursors = inbox.takeAcks(Limits.CURSORS_PER_FRAME);
        if (!cursors.isEmpty()) {
            connection.write(Frames.ack(cursors));
        }
        if (inbox.hasAcks()) {
            acksDue();
        }
    }

    private void count() {
        counts.update();
        drainedIfQuiet();
    }

    ClientMetrics metrics(long reconnects) {
        return counts.metrics(reconnects);
    }
}
