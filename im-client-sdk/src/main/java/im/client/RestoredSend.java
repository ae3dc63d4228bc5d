package im.client;

import im.client.internal.order.Settlement;
import im.client.store.StoredSend;
import im.protocol.v1.Code;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A send of an earlier run: its outcome goes to the app's listener, and is forgotten once that has returned. */
final class RestoredSend implements Settlement {
    private final StoredSend stored;
    private final Consumer<RestoredSend> settled;
    private @Nullable SendOutcome outcome;

    RestoredSend(StoredSend stored, Consumer<RestoredSend> settled) {
        this.stored = stored;
        this.settled = settled;
    }

    long number() {
        return stored.number();
    }

    String peer() {
        return stored.peer();
    }

    SendOutcome outcome() {
        if (outcome == null) {
            throw new IllegalStateException("no outcome yet");
        }
        return outcome;
    }

    @Override
    public void accepted(long acceptedMillis) {
        settle(new SendOutcome.Accepted(stored.messageId(), Instant.ofEpochMilli(acceptedMillis)));
    }

    @Override
    public void rejected(Code code, String text) {
        settle(new SendOutcome.Rejected(stored.messageId(), SendPromise.errorCode(code), text));
    }

    @Override
    public void unknown(String why) {
        settle(new SendOutcome.Unknown(stored.messageId(), why));
    }

    /** This run ends before it is known; the next one goes on. */
    @Override
    public void left(String why) {}

    private void settle(SendOutcome how) {
        outcome = how;
        settled.accept(this);
    }
}
