package im.gateway.delivery;

import im.protocol.v1.Frame;
import im.protocol.v1.HeadsPage;
import im.relay.ConversationStore;
import im.relay.ConversationStore.HeadsRead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.ConversationStore.Page;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** The pages that a client asked for, in the order it asked, one read at a time (D33). Event loop only. */
final class PageAnswers {
    private final ConversationStore store;
    private final OneRead reads;
    private final DeliveryFrames frames;
    private final int pageBytes;
    private final LongSupplier room;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    /**
     * @param pageBytes of placed messages that one page may hold, a single larger one apart
     * @param room bytes that may be written now; a page that has none when it is read is read again
     */
    PageAnswers(ConversationStore store, OneRead reads, DeliveryFrames frames, int pageBytes, LongSupplier room) {
        this.store = store;
        this.reads = reads;
        this.frames = frames;
        this.pageBytes = pageBytes;
        this.room = room;
    }

    /** @param answered gets the page once it is written */
    void sync(SyncRequest request, Consumer<Page> answered) {
        waiting.add(() -> read(request, answered));
    }

    void heads(long ref, HeadsRequest request) {
        waiting.add(() -> read(ref, request));
    }

    int waiting() {
        return waiting.size();
    }

    /** Begins the next read; false if nothing is asked for. */
    boolean answerNext() {
        Runnable next = waiting.poll();
        if (next == null) {
            return false;
        }
        next.run();
        return true;
    }

    private void read(SyncRequest request, Consumer<Page> answered) {
        Runnable again = () -> waiting.addFirst(() -> read(request, answered));
        Consumer<Page> then = page -> {
            if (bytes(page) > room.getAsLong()) {
                again.run();
                return;
            }
            frames.page(request, page);
            answered.accept(page);
        };
        int most = mostBytes();
        var done = reads.<Page>awaited(then, again);
        if (request.isBackwards()) {
            store.pageBefore(request.conversation(), request.before(), request.limit(), most, reads.lane(), done);
        } else {
            store.page(request.conversation(), request.after(), request.limit(), most, reads.lane(), done);
        }
    }

    private int mostBytes() {
        return (int) Math.max(1, Math.min(pageBytes, room.getAsLong()));
    }

    private static long bytes(Page page) {
        return page.messages().stream()
                .mapToLong(message -> message.placed().length)
                .sum();
    }

    private void read(long ref, HeadsRequest request) {
        Runnable again = () -> waiting.addFirst(() -> read(ref, request));
        Consumer<HeadsRead> then = read -> {
            Frame page = page(ref, request.uid(), read);
            if (page.getSerializedSize() > room.getAsLong()) {
                again.run();
            } else {
                frames.say(page);
            }
        };
        store.heads(request, reads.lane(), reads.awaited(then, again));
    }

    /** What does not fit into a frame goes into the next page. */
    private Frame page(long ref, String uid, HeadsRead read) {
        HeadsPage.Builder page = HeadsPage.newBuilder();
        int bytes = 0;
        int most = mostBytes();
        boolean more = read.more();
        for (ConversationStore.ConversationHead head : read.heads()) {
            HeadsPage.Head next = HeadFrames.head(uid, head);
            bytes += next.getSerializedSize() + 16;
            if (page.getHeadsCount() > 0 && bytes > most) {
                more = true;
                break;
            }
            page.addHeads(next);
        }
        if (more) {
            page.setPage(
                    HeadFrames.token(page.getHeads(page.getHeadsCount() - 1).getHead()));
        }
        return Frame.newBuilder().setRef(ref).setHeadsPage(page).build();
    }
}
