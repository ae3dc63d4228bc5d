package im.gateway.delivery;

import im.gateway.connection.Loop;
import im.protocol.ConversationKey;
import im.relay.ConversationStore;
import im.relay.ConversationStore.Page;
import im.relay.ReadResult;
import java.util.function.Consumer;

/**
 * Heads that must be known before an acknowledgement can be judged (D29); outside the stream's order. A head below what
 * is claimed says nothing while the view has not got so far itself; a second read tells that apart. Event loop only.
 */
public final class HeadReads {
    private final ConversationStore store;
    private final ReaderPages pages;
    private final Loop loop;
    private int underWay;
    private boolean closed;

    /** @param beyondClose whether the answer counts when the connection is gone */
    private record Claim(ConversationKey conversation, long position, boolean beyondClose, Consumer<Reached> answer) {}

    HeadReads(ConversationStore store, ReaderPages pages, Loop loop) {
        this.store = store;
        this.pages = pages;
        this.loop = loop;
    }

    public int underWay() {
        return underWay;
    }

    /** Asks until the store tells whether the head is at that position or above; not once this is closed. */
    public void ask(ConversationKey conversation, long position, Consumer<Reached> answer) {
        begin(new Claim(conversation, position, false, answer));
    }

    /** As {@link #ask}, but what was asked before {@link #close} is still answered, if the first try succeeds. */
    public void askBeyondClose(ConversationKey conversation, long position, Consumer<Reached> answer) {
        begin(new Claim(conversation, position, true, answer));
    }

    private void begin(Claim claim) {
        underWay++;
        readHead(claim);
    }

    private void readHead(Claim claim) {
        if (closed) {
            return;
        }
        if (claim.conversation.isGroup()) {
            // What a uid can have of a group ends where its stretches do.
            readHowFar(claim);
            return;
        }
        store.head(claim.conversation, loop, result -> {
            if (result instanceof ReadResult.Failed<Long> failed) {
                again(claim, failed.retryAfterMs());
            } else if (result instanceof ReadResult.Ok<Long> head) {
                if (claim.position <= head.value()) {
                    end(claim, Reached.YES);
                } else {
                    readHowFar(claim);
                }
            }
        });
    }

    private void readHowFar(Claim claim) {
        pages.page(claim.conversation, claim.position, 1, 1, loop, result -> {
            if (result instanceof ReadResult.Failed<Page> failed) {
                again(claim, failed.retryAfterMs());
            } else if (result instanceof ReadResult.Ok<Page> page) {
                if (claim.position <= page.value().head()) {
                    end(claim, Reached.YES);
                } else {
                    end(claim, page.value().isBehind(claim.position) ? Reached.UNKNOWN : Reached.NO);
                }
            }
        });
    }

    private void again(Claim claim, long afterMillis) {
        loop.schedule(() -> readHead(claim), Math.max(1, afterMillis));
    }

    private void end(Claim claim, Reached reached) {
        underWay--;
        if (!closed || claim.beyondClose) {
            claim.answer.accept(reached);
        }
    }

    void close() {
        closed = true;
    }
}
