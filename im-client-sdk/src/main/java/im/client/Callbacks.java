package im.client;

import im.client.internal.order.Progress;
import im.protocol.v1.Envelope;
import im.protocol.v1.Placed;
import io.netty.channel.EventLoop;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners' calls, in order and one at a time: what waits is taken in batches to the executor, the next batch
 * after the one before has come back. All state is the event loop's; only {@link Batch#run} is the executor's.
 *
 * <p>Bounded by the reader: above {@link #FULL_MESSAGES} or {@link #FULL_BYTES} the client stops reading its socket, so
 * that at most what one read of a socket brings comes on top.
 */
final class Callbacks {
    static final int FULL_MESSAGES = 1_024;
    static final int FULL_BYTES = 1024 * 1024;

    private static final int BATCH = 128;
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);

    /** Told on the event loop. */
    interface Owner {
        /** The app has seen the message. */
        void shown(Progress conversation, long position);

        /** A batch has come back: acknowledge, and read on if there is room again. */
        void batchDone();
    }

    /** One call of a listener. */
    private sealed interface Event {
        int sizeBytes();

        void call(MessageListener messages, ConnectionStateListener states);
    }

    private record Message(Progress conversation, Placed placed, String uid) implements Event {
        @Override
        public int sizeBytes() {
            return placed.getSerializedSize();
        }

        @Override
        public void call(MessageListener messages, ConnectionStateListener states) {
            messages.onMessage(received());
        }

        private ReceivedMessage received() {
            Envelope envelope = placed.getEnvelope();
            Content content = envelope.hasData()
                    ? new Content.Data(envelope.getData().toByteArray())
                    : new Content.Text(envelope.getText());
            return new ReceivedMessage(
                    conversation.peer(),
                    placed.getPosition(),
                    envelope.getMessageId(),
                    envelope.getSender(),
                    envelope.getSenderDevice(),
                    Instant.ofEpochMilli(envelope.getAcceptedMs()),
                    envelope.getContentType(),
                    content,
                    envelope.getSender().equals(uid));
        }
    }

    private record State(StateChange change) implements Event {
        @Override
        public int sizeBytes() {
            return 0;
        }

        @Override
        public void call(MessageListener messages, ConnectionStateListener states) {
            states.onStateChanged(change);
        }
    }

    private final EventLoop loop;
    private final Executor executor;
    private final MessageListener messages;
    private final ConnectionStateListener states;
    private final Owner owner;
    private final Deque<Event> waiting = new ArrayDeque<>();

    private int waitingBytes;
    private boolean scheduled;
    private @Nullable Batch running;
    private volatile boolean ended;

    Callbacks(
            EventLoop loop, Executor executor, MessageListener messages, ConnectionStateListener states, Owner owner) {
        this.loop = loop;
        this.executor = executor;
        this.messages = messages;
        this.states = states;
        this.owner = owner;
    }

    /**
     * @param uid the one that this client is, to tell its own messages
     */
    void message(Progress conversation, Placed placed, String uid) {
        add(new Message(conversation, placed, uid));
    }

    void state(StateChange change) {
        add(new State(change));
    }

    private void add(Event event) {
        waiting.addLast(event);
        waitingBytes += event.sizeBytes();
        schedule();
    }

    boolean isFull() {
        return waiting.size() >= FULL_MESSAGES || waitingBytes >= FULL_BYTES;
    }

    boolean hasRoom() {
        return waiting.size() <= FULL_MESSAGES / 2 && waitingBytes <= FULL_BYTES / 2;
    }

    /** Drops the messages that wait; changes of state are still told. */
    void end() {
        ended = true;
        waiting.removeIf(event -> event instanceof Message);
        waitingBytes = 0;
    }

    /** Once a turn of the loop, so that what one read brings is one batch. */
    private void schedule() {
        if (!scheduled && running == null) {
            scheduled = true;
            loop.execute(this::submit);
        }
    }

    private void submit() {
        scheduled = false;
        Batch batch = new Batch();
        while (batch.events.size() < BATCH && !waiting.isEmpty()) {
            batch.events.add(waiting.removeFirst());
        }
        running = batch;
        try {
            executor.execute(batch);
        } catch (RejectedExecutionException e) {
            refused(batch);
        }
    }

    /** At the client's end its own pool may have ended first: the last change of state is then told from here. */
    private void refused(Batch batch) {
        if (ended) {
            batch.run();
        } else {
            LOG.warn("callback executor refused; what waits is offered again with the next message");
            putBack(batch);
        }
    }

    private void putBack(Batch batch) {
        for (int i = batch.events.size() - 1; i >= 0; i--) {
            waiting.addFirst(batch.events.get(i));
        }
        running = null;
    }

    /** The owner is told of what the listener has returned from by now, also in a batch that still runs. */
    void tellShown() {
        if (running != null && !ended) {
            tellShown(running);
        }
    }

    private void tellShown(Batch batch) {
        for (int until = batch.returned; batch.told < until; batch.told++) {
            Event event = batch.events.get(batch.told);
            waitingBytes -= event.sizeBytes();
            if (event instanceof Message message) {
                owner.shown(message.conversation, message.placed.getPosition());
            }
        }
    }

    private void done(Batch batch) {
        running = null;
        if (!waiting.isEmpty()) {
            schedule();
        }
        if (ended) {
            return;
        }
        tellShown(batch);
        owner.batchDone();
    }

    private final class Batch implements Runnable {
        final List<Event> events = new ArrayList<>();
        /** How many events the listeners have returned from; written by the executor only. */
        volatile int returned;
        /** How many of those the owner was told of. */
        int told;

        @Override
        public void run() {
            try {
                for (int i = 0; i < events.size(); i++) {
                    call(events.get(i));
                    returned = i + 1;
                }
            } finally {
                if (loop.inEventLoop()) {
                    done(this);
                } else {
                    returnToLoop();
                }
            }
        }

        private void call(Event event) {
            if (ended && event instanceof Message) {
                return;
            }
            try {
                event.call(messages, states);
            } catch (RuntimeException e) {
                LOG.warn("listener failed; counts as done", e);
            }
        }

        private void returnToLoop() {
            try {
                loop.execute(() -> done(this));
            } catch (RejectedExecutionException e) {
                LOG.debug("event loop is closed, its client's last callbacks are not acknowledged");
            }
        }
    }
}
