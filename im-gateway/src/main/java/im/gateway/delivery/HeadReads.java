package im.gateway.delivery;

import im.gateway.connection.Loop;
import im.protocol.ConversationKey;
import im.relay.ConversationStore;
import im.relay.ReadResult;
import java.util.function.LongConsumer;

/** Heads that must be known before an acknowledgement can be judged (D29); outside the stream's order. Event loop only. */
final class HeadReads {
    private final ConversationStore store;
    private final Loop loop;
    private int underWay;
    private boolean closed;

    HeadReads(ConversationStore store, Loop loop) {
        this.store = store;
        this.loop = loop;
    }

    int underWay() {
        return underWay;
    }

    /** Asks until the store tells; not once this is closed. */
    void ask(ConversationKey conversation, LongConsumer answer) {
        underWay++;
        read(conversation, head -> {
            if (!closed) {
                answer.accept(head);
            }
        });
    }

    /** As {@link #ask}, but what was asked before {@link #close} is still answered, if the first try succeeds. */
    void askBeyondClose(ConversationKey conversation, LongConsumer answer) {
        underWay++;
        read(conversation, answer);
    }

    private void read(ConversationKey conversation, LongConsumer answer) {
        if (closed) {
            return;
        }
        store.head(conversation, loop, result -> {
            if (result instanceof ReadResult.Failed<Long> failed) {
                loop.schedule(() -> read(conversation, answer), Math.max(1, failed.retryAfterMs()));
            } else if (result instanceof ReadResult.Ok<Long> head) {
                underWay--;
                answer.accept(head.value());
            }
        });
    }

    void close() {
        closed = true;
    }
}
