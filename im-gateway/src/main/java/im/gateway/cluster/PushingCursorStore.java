package im.gateway.cluster;

import im.protocol.ConversationKey;
import im.relay.CursorStore;
import im.relay.ReadResult;
import im.relay.Receipt;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A cursor store whose raises are told to the other uid as receipts, once they are stored or could not be. Any thread. */
public final class PushingCursorStore implements CursorStore {
    private final CursorStore cursors;
    private final ReceiptPushes receipts;

    public PushingCursorStore(CursorStore cursors, ReceiptPushes receipts) {
        this.cursors = cursors;
        this.receipts = receipts;
    }

    @Override
    public void open(String uid, String device, Start start, Executor lane, Consumer<ReadResult<Boolean>> done) {
        cursors.open(uid, device, start, lane, done);
    }

    @Override
    public void raise(
            String uid, String device, ConversationKey conversation, long position, Executor lane, Runnable durable) {
        cursors.raise(uid, device, conversation, position, lane, () -> {
            if (!conversation.peerOf(uid).equals(uid)) {
                receipts.add(new Receipt(conversation, uid, Receipt.Kind.DELIVERED, position));
            }
            durable.run();
        });
    }

    @Override
    public void raiseRead(String uid, ConversationKey conversation, long position, Executor lane, Runnable durable) {
        cursors.raiseRead(uid, conversation, position, lane, () -> {
            receipts.add(new Receipt(conversation, uid, Receipt.Kind.READ, position));
            durable.run();
        });
    }

    @Override
    public void touch(String uid, String device) {
        cursors.touch(uid, device);
    }
}
