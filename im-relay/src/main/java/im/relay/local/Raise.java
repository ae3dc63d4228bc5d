package im.relay.local;

import im.protocol.ConversationKey;
import java.util.concurrent.Executor;

/** One call of {@link im.relay.CursorStore#raise}. */
record Raise(Key key, long position, Executor lane, Runnable durable) {

    record Key(String uid, String device, ConversationKey conversation) {}
}
