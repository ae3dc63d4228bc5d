package im.client;

import com.google.protobuf.InvalidProtocolBufferException;
import im.client.internal.order.ConversationText;
import im.client.internal.order.Outbox;
import im.client.internal.order.PendingSend;
import im.client.store.StoredSend;
import im.client.store.StoredState;
import im.protocol.v1.Code;
import im.protocol.v1.Send;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Sends on their way into the outbox: kept first, where there is a store, and then sent; and those of an earlier run,
 * which go first. Event loop only.
 */
final class OpenSends {
    private final Kept kept;
    private final Outbox outbox;
    private final BooleanSupplier connected;
    /** Peer and message id of what is being saved and not yet in the outbox. */
    private final Set<String> saving = new HashSet<>();
    /** What was kept without a connection and has surely not been written. */
    private final List<Long> untried = new ArrayList<>();

    private long lastNumber;

    /** @param connected whether what enters the outbox may be written at once */
    OpenSends(Kept kept, Outbox outbox, BooleanSupplier connected) {
        this.kept = kept;
        this.outbox = outbox;
        this.connected = connected;
    }

    /**
     * Takes up what an earlier run has left open.
     *
     * @param outcomes gets the outcome of each, and has to say when it may be forgotten
     * @throws InvalidProtocolBufferException if a body is none of this client's
     */
    void restore(StoredState state, Consumer<RestoredSend> outcomes) throws InvalidProtocolBufferException {
        long now = System.currentTimeMillis();
        for (StoredSend stored : state.sends()) {
            lastNumber = Math.max(lastNumber, stored.number());
            Send send = Send.parseFrom(stored.body());
            RestoredSend settlement = new RestoredSend(stored, outcomes);
            PendingSend pending = new PendingSend(send, settlement);
            if (stored.triedMillis() > 0) {
                // A clock that went back says nothing about the time since: then only the conversation can tell.
                boolean tellsTime = stored.triedMillis() <= now;
                long ago = TimeUnit.MILLISECONDS.toNanos(tellsTime ? now - stored.triedMillis() : Long.MAX_VALUE);
                pending.wasTried(System.nanoTime(), ago);
            } else {
                untried.add(stored.number());
            }
            outbox.add(pending);
        }
    }

    void add(Send send, SendPromise promise, Runnable added) {
        String key = ConversationText.of(send.getConversation()) + " " + send.getMessageId();
        if (saving.contains(key)) {
            refuse(promise);
        } else if (!kept.isDurable()) {
            enter(send, promise);
            added.run();
        } else if (outbox.isOpen(ConversationText.of(send.getConversation()), send.getMessageId())) {
            refuse(promise);
        } else {
            saving.add(key);
            long number = keep(send);
            promise.keptAs(() -> kept.settled(number));
            kept.whenSaved(
                    () -> {
                        saving.remove(key);
                        enter(send, promise);
                        added.run();
                    },
                    () -> {
                        saving.remove(key);
                        promise.rejected(Code.INTERNAL, "not kept: " + kept.failure());
                    });
        }
    }

    private void enter(Send send, SendPromise promise) {
        if (!outbox.add(new PendingSend(send, promise))) {
            refuse(promise);
        }
    }

    private static void refuse(SendPromise promise) {
        promise.rejected(Code.CONFLICT, "this message id is being sent to this peer already");
    }

    private long keep(Send send) {
        long number = ++lastNumber;
        long now = System.currentTimeMillis();
        boolean mayBeWritten = connected.getAsBoolean();
        if (!mayBeWritten) {
            untried.add(number);
        }
        kept.send(new StoredSend(
                number,
                ConversationText.of(send.getConversation()),
                send.getMessageId(),
                mayBeWritten ? now : 0,
                send.toByteArray()));
        return number;
    }

    /** Whether sends are being saved that are not in the outbox yet. */
    boolean isSaving() {
        return !saving.isEmpty();
    }

    /** Before a connection may take sends: from now on all of them may have been written. */
    void aboutToTry(Runnable then) {
        long now = System.currentTimeMillis();
        untried.forEach(number -> kept.tried(number, now));
        untried.clear();
        kept.whenSaved(then, () -> {});
    }
}
