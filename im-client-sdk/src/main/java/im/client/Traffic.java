package im.client;

import im.client.internal.order.Inbox;
import im.client.internal.order.Missing;
import im.client.internal.order.Outbox;
import im.client.internal.order.PendingSend;
import im.client.internal.order.Progress;
import im.protocol.Limits;
import im.protocol.v1.Ack;
import im.protocol.v1.CaughtUp;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import im.protocol.v1.Cursor;
import im.protocol.v1.Deliver;
import im.protocol.v1.Envelope;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import im.protocol.v1.GiveUp;
import im.protocol.v1.Placed;
import im.protocol.v1.Resume;
import im.protocol.v1.Send;
import im.protocol.v1.SendResult;
import im.protocol.v1.Sync;
import im.protocol.v1.SyncPage;
import im.protocol.v1.Welcome;
import io.netty.channel.EventLoop;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What goes through a session, whichever connection carries it: outbox, inbox, callbacks, acknowledgements. Event loop
 * only. At most one connection at a time takes part; frames of another are not brought here (D37).
 */
final class Traffic implements Outbox.Exits, Inbox.Exits, Callbacks.Owner {
    private static final int SYNC_MESSAGES = 100;
    private static final int UNANSWERED_SENDS = 64;
    private static final long DEDUPE_MILLIS = 600_000;

    private final EventLoop loop;
    private final Timers timers;
    private final Outbox outbox;
    private final Inbox inbox;
    private final Callbacks callbacks;

    private @Nullable ClientConnection connection;
    private final Map<Long, String> openSyncs = new HashMap<>();
    private String uid = "";
    private String logId = "";
    private boolean ackScheduled;
    private boolean readingPaused;
    private volatile long attempts;
    private volatile long retries;
    private volatile long unknownSeen;
    private volatile long repeated;
    private volatile long gaps;

    /**
     * @param callbacks makes the listeners' calls, given who is told of what they have seen
     */
    Traffic(EventLoop loop, Timers timers, RandomGenerator random, Function<Callbacks.Owner, Callbacks> callbacks) {
        this.loop = loop;
        this.timers = timers;
        this.outbox = new Outbox(this, System::nanoTime, random);
        this.inbox = new Inbox(this);
        this.callbacks = callbacks.apply(this);
    }

    // Life of the connection

    /** The log that the cursors belong to; empty before the first Welcome. */
    String logId() {
        return logId;
    }

    boolean hasCursors() {
        return inbox.hasCursors();
    }

    /** From now on {@code to} carries everything: Resume first, then what waits to be sent. */
    void attach(ClientConnection to, Welcome welcome) {
        detach();
        if (!welcome.getLogId().equals(logId)) {
            inbox.forgetAll();
            logId = welcome.getLogId();
        }
        uid = welcome.getUid();
        connection = to;
        resume(to);
        if (callbacks.isFull()) {
            pauseReading(to);
        }
        int window = welcome.getLimits().getUnansweredSends();
        long dedupe = welcome.getLimits().getDedupeMs();
        outbox.connected(window > 0 ? window : UNANSWERED_SENDS, dedupe > 0 ? dedupe : DEDUPE_MILLIS);
        count();
    }

    /** The connection is gone, or its frames are not taken any more. */
    void detach() {
        connection = null;
        readingPaused = false;
        openSyncs.clear();
        inbox.disconnected();
        outbox.disconnected();
    }

    private void resume(ClientConnection to) {
        List<Cursor> cursors = inbox.connected(to.toldCursors());
        if (!to.toldCursors()) {
            return;
        }
        int from = 0;
        do {
            int end = Math.min(cursors.size(), from + Limits.CURSORS_PER_FRAME);
            Resume part = Resume.newBuilder()
                    .addAllCursors(cursors.subList(from, end))
                    .setLast(end == cursors.size())
                    .setCompleteAsOfMs(end == cursors.size() ? inbox.completeAsOfMillis() : 0)
                    .build();
            to.write(Frame.newBuilder().setResume(part).build());
            from = end;
        } while (from < cursors.size());
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

    /** Ends everything that waits; the listener sees no more messages. */
    void end(String why) {
        settleSends(why);
        callbacks.end();
    }

    /** No connection will come by itself: what was written is unknown, what was not is rejected. */
    void settleSends(String why) {
        outbox.settleAll(Code.UNAVAILABLE, why);
    }

    void stateChanged(StateChange change) {
        callbacks.add(new Call.State(change));
    }

    // Sending

    void send(Send send, SendPromise promise) {
        if (outbox.add(new PendingSend(send, promise))) {
            outbox.pump();
            count();
        } else {
            promise.rejected(Code.CONFLICT, "this message id is being sent to this peer already");
        }
    }

    void answered(long ref, SendResult result) {
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
        ask(Frame.newBuilder().setGiveUp(GiveUp.newBuilder().setConversation(conversation(peer))));
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
        if (!deliver.getConversation().hasPeer()) {
            return;
        }
        settleOwnCopies(deliver.getConversation().getPeer(), deliver.getPlacedList());
        inbox.deliver(deliver);
        received();
    }

    void page(long ref, SyncPage page) {
        String peer = openSyncs.remove(ref);
        if (peer != null) {
            settleOwnCopies(peer, page.getPlacedList());
            inbox.page(peer, page);
            received();
        }
    }

    /** An Error frame: it answers a send or a Sync of ours, or nothing that could be mended. */
    void refused(long ref, Error error) {
        String peer = openSyncs.remove(ref);
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
            from.reading(false);
        }
    }

    @Override
    public void show(Progress conversation, Placed placed, boolean redelivered) {
        callbacks.add(new Call.Message(conversation, placed, Incoming.message(conversation.peer(), placed, uid)));
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

    @Override
    public void cursorMoved(String peer, long position) {}

    @Override
    public void completeAsOf(long millis) {}

    @Override
    public void sync(String peer, long after, long delayMillis) {
        ClientConnection asked = connection;
        if (delayMillis <= 0) {
            writeSync(peer, after);
        } else {
            timers.after(delayMillis, () -> {
                if (connection == asked) {
                    writeSync(peer, after);
                }
            });
        }
    }

    private void writeSync(String peer, long after) {
        Sync sync = Sync.newBuilder()
                .setConversation(conversation(peer))
                .setAfter(after)
                .setLimit(SYNC_MESSAGES)
                .build();
        openSyncs.put(ask(Frame.newBuilder().setSync(sync)), peer);
    }

    @Override
    public void atHead(String peer) {
        outbox.atHead(peer);
    }

    // Acknowledging

    @Override
    public void shown(Progress conversation, long position) {
        inbox.reached(conversation, position);
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
        if (readingPaused && callbacks.hasRoom() && connection != null) {
            readingPaused = false;
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
            Ack ack = Ack.newBuilder().addAllCursors(cursors).build();
            connection.write(Frame.newBuilder().setAck(ack).build());
        }
        if (inbox.hasAcks()) {
            acksDue();
        }
    }

    private static Conversation conversation(String peer) {
        return Conversation.newBuilder().setPeer(peer).build();
    }

    /** Makes the counters visible to other threads. */
    private void count() {
        attempts = outbox.attempts();
        retries = outbox.retries();
        unknownSeen = outbox.unknownSeen();
        repeated = inbox.repeated();
        gaps = inbox.gaps();
    }

    ClientMetrics metrics(long reconnects) {
        return new ClientMetrics(attempts, retries, unknownSeen, reconnects, repeated, gaps);
    }
}
