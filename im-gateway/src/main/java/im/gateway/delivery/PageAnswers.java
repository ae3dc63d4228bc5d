package im.gateway.delivery;

import im.gateway.service.SessionServices;
import im.protocol.v1.Code;
import im.protocol.v1.Error;
import im.protocol.v1.Frame;
import im.protocol.v1.GroupQuery;
import im.protocol.v1.HeadsPage;
import im.relay.ConversationStore;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.HeadsRead;
import im.relay.ConversationStore.HeadsRequest;
import im.relay.ConversationStore.Page;
import im.relay.GroupStore;
import im.relay.group.GroupAuthority;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The pages that a client asked for, in the order it asked, one read at a time (D33). Event loop only. */
final class PageAnswers {
    private final ConversationStore store;
    private final @Nullable GroupStore groups;
    private final int receiptMembers;
    private final ReaderPages pages;
    private final OneRead reads;
    private final OutboundRoom room;
    private final DeliveryFrames frames;
    private final int pageBytes;
    private final String uid;
    private final String device;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();

    /** Bytes of the page that found no room. */
    private int needed;

    /** @param pageBytes of placed messages that one page may hold, a single larger one apart */
    PageAnswers(
            SessionServices services,
            ReaderPages pages,
            OneRead reads,
            OutboundRoom room,
            DeliveryFrames frames,
            int pageBytes,
            String uid,
            String device) {
        this.store = services.store();
        this.groups = services.groups();
        this.receiptMembers = services.terms().receiptMembers();
        this.pages = pages;
        this.reads = reads;
        this.room = room;
        this.frames = frames;
        this.pageBytes = pageBytes;
        this.uid = uid;
        this.device = device;
    }

    /** @param answered gets the page once it is written, and the request, whose start is known by then */
    void sync(SyncRequest request, BiConsumer<SyncRequest, Page> answered) {
        waiting.add(() -> read(request, answered));
    }

    void heads(long ref, HeadsRequest request) {
        waiting.add(() -> read(ref, request));
    }

    /** Only where there are groups. */
    void group(long ref, GroupQuery query) {
        GroupStore store = Objects.requireNonNull(groups, "groups");
        waiting.add(new GroupAnswer(store, reads, this, uid, receiptMembers, ref, query)::begin);
    }

    /** What has begun to be answered goes on before anything else. */
    void goOn(Runnable next) {
        waiting.addFirst(next);
    }

    void say(Frame frame, Runnable again) {
        if (hasRoom(frame.getSerializedSize(), again)) {
            frames.say(frame);
        }
    }

    int waiting() {
        return waiting.size();
    }

    /** Begins the next read, as soon as what was read finds room; false if nothing is asked for. */
    boolean answerNext() {
        if (waiting.isEmpty()) {
            return false;
        }
        if (room.hasOrWaits(needed)) {
            waiting.remove().run();
        }
        return true;
    }

    /** A page that finds no room any more is read again when there is some. */
    private boolean hasRoom(int bytes, Runnable again) {
        boolean fits = room.has(bytes);
        needed = fits ? 0 : bytes;
        if (!fits) {
            waiting.addFirst(again);
        }
        return fits;
    }

    /** Where the device stands in a conversation that it knows nothing of is read before the page. */
    private void findStart(SyncRequest request, BiConsumer<SyncRequest, Page> answered) {
        CompareRequest start = new CompareRequest(
                uid,
                device,
                Map.of(),
                false,
                List.of(request.conversation()),
                request.conversation().isGroup());
        Consumer<Comparison> then = comparison -> {
            long base = comparison.behind().stream()
                    .filter(behind -> behind.conversation().equals(request.conversation()))
                    .mapToLong(Behind::base)
                    .findFirst()
                    .orElse(0);
            waiting.addFirst(() -> read(request.startingAt(base), answered));
        };
        store.compare(
                start,
                reads.lane(),
                reads.<Comparison>awaited(then, () -> waiting.addFirst(() -> read(request, answered))));
    }

    private void read(SyncRequest request, BiConsumer<SyncRequest, Page> answered) {
        if (request.fromStart()) {
            findStart(request, answered);
            return;
        }
        Consumer<Page> then = page -> {
            if (request.conversation().isGroup() && page.head() == 0 && !page.isBehind(request.after())) {
                // Where a uid was ever a member, its joining stands.
                say(stranger(request.ref()), () -> read(request, answered));
                return;
            }
            int bytes =
                    page.messages().stream().mapToInt(m -> m.placed().length).sum();
            if (hasRoom(bytes, () -> read(request, answered))) {
                frames.page(request, page);
                answered.accept(request, page);
            }
        };
        var done = reads.<Page>awaited(then, () -> waiting.addFirst(() -> read(request, answered)));
        if (request.isBackwards()) {
            pages.pageBefore(request.conversation(), request.before(), request.limit(), pageBytes, reads.lane(), done);
        } else {
            pages.page(request.conversation(), request.after(), request.limit(), pageBytes, reads.lane(), done);
        }
    }

    private static Frame stranger(long ref) {
        return Frame.newBuilder()
                .setRef(ref)
                .setError(Error.newBuilder()
                        .setCode(Code.FORBIDDEN)
                        .setField("conversation")
                        .setText(GroupAuthority.STRANGER))
                .build();
    }

    private void read(long ref, HeadsRequest request) {
        Consumer<HeadsRead> then = read -> {
            Frame page = page(ref, request.uid(), read);
            say(page, () -> read(ref, request));
        };
        var done = reads.<HeadsRead>awaited(then, () -> waiting.addFirst(() -> read(ref, request)));
        store.heads(request, reads.lane(), done);
    }

    /** What does not fit into a frame goes into the next page. */
    private Frame page(long ref, String uid, HeadsRead read) {
        HeadsPage.Builder page = HeadsPage.newBuilder();
        int bytes = 0;
        boolean more = read.more();
        long last = 0;
        for (ConversationStore.ConversationHead head : read.heads()) {
            HeadsPage.Head next = HeadFrames.head(uid, head);
            bytes += next.getSerializedSize() + 16;
            if (page.getHeadsCount() > 0 && bytes > pageBytes) {
                more = true;
                break;
            }
            page.addHeads(next);
            last = head.order();
        }
        if (more) {
            page.setPage(HeadFrames.token(last));
        }
        return Frame.newBuilder().setRef(ref).setHeadsPage(page).build();
    }
}
