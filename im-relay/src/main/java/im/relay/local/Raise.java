package im.relay.local;

import im.protocol.ConversationKey;
import java.util.concurrent.Executor;

/** One call of {@link im.relay.CursorStore#raise} or {@link im.relay.CursorStore#raiseRead}. */
record Raise(Key key, long position, Executor lane, Runnable durable) {

    /** @param device empty where the uid's read position is meant */
    record Key(String uid, String device, ConversationKey conversation) {

        boolean isRead() {
            return device.isEmpty();
        }
    }
}
