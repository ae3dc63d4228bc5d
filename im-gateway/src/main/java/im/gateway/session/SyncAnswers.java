package im.gateway.session;

import im.relay.ConversationStore;
import im.relay.ConversationStore.Page;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/** The pages that a client asked for, in the order it asked, one read at a time (D33). Event loop only. */
final class SyncAnswers {
    private final ConversationStore store;
    private final OneRead reads;
    private final DeliveryFrames frames;
    private final int pageBytes;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();

    private record Waiting(SyncRequest request, Consumer<Page> answered) {}

    /** @param pageBytes of placed messages that one page may hold, a single larger one apart */
    SyncAnswers(ConversationStore store, OneRead reads, DeliveryFrames frames, int pageBytes) {
        this.pageBytes = pageBytes;
        this.store = store;
        this.reads = reads;
        this.frames = frames;
    }

    /** @param answered gets the page once it is written */
    void add(SyncRequest request, Consumer<Page> answered) {
        waiting.add(new Waiting(request, answered));
    }

    int waiting() {
        return waiting.size();
    }

    /** Begins the next read; false if nothing is asked for. */
    boolean answerNext() {
        Waiting next = waiting.poll();
        if (next == null) {
            return false;
        }
        SyncRequest request = next.request;
        Consumer<Page> then = page -> {
            frames.page(request, page);
            next.answered.accept(page);
        };
        var done = reads.<Page>awaited(then, () -> waiting.addFirst(next));
        if (request.isBackwards()) {
            store.pageBefore(request.conversation(), request.before(), request.limit(), pageBytes, reads.lane(), done);
        } else {
            store.page(request.conversation(), request.after(), request.limit(), pageBytes, reads.lane(), done);
        }
        return true;
    }
}
